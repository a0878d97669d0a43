/**
 * A model card (Mitchell et al. 2019): what a version is, what it learned from, how it was measured beside what else
 * there was, and where it ends. Markdown, from the ledger alone.
 */
import { inWords } from "../models/gate/gate.ts";
import { formatCell, markdownTable } from "./_markdown.ts";
import type { VersionRecord } from "./_version_record.ts";

/** One sentence for each model of the family. */
const KINDS: Readonly<Record<string, string>> = {
  two_tower: "Two neural towers, one for people and one for movies, whose vectors' dot product ranks.",
  ranker: "A network that rates pairs of two-tower vectors, to order what retrieval has found.",
  cascade: "Two stages: retrieval of candidates, then a ranking network that orders them.",
  als: "Implicit alternating least squares with frequency-scaled regularisation (Rendle et al. 2022).",
  fm: "A second-order factorization machine with side features (Rendle 2010).",
  ease: "A closed-form item-item model (Steck 2019).",
  item_knn: "Neighbours of movies by cosine.",
  popularity: "Popularity: the control, the same list for everybody.",
  bias: "The running mean and shrunk deviations of people and movies: the control for ratings.",
};

/** Metrics in the card's order; `↓`: less is better. */
const METRICS: Readonly<Record<string, string>> = {
  rmse: "RMSE ↓",
  mae: "MAE ↓",
  "ndcg@10": "nDCG@10",
  "recall@10": "recall@10",
  "mrr@10": "MRR@10",
  coverage: "coverage",
};

const BASELINES = ["bias", "popularity"];

/** The card of a version, as Markdown. */
export function modelCard(record: VersionRecord): string {
  const { row } = record;
  return [
    `# ${row.model} ${row.version}`,
    KINDS[row.model] ?? `A model of Matinee's family: ${row.model}.`,
    section("Version", versionLines(record)),
    section("Learned from", dataLines(record)),
    section("Hyperparameters", hyperparameterLines(record)),
    section("Measured", measuredLines(record)),
    section("Verdict", verdictLines(record)),
    section("Limits", limitLines(record)),
  ].join("\n\n") + "\n";
}

const section = (title: string, lines: readonly string[]) => [`## ${title}`, "", ...lines].join("\n");
const day = (at: Date | null) => at === null ? "unknown" : at.toISOString().slice(0, 10);

function versionLines({ row, promotions }: VersionRecord): string[] {
  const { status, mode, parent, artifact, seed, manifest_hash, config } = row;
  const history = promotions.map(({ promoted_at, kind, decided_by, reason }) =>
    `- champion on ${day(promoted_at)} by ${
      kind === "gate" ? "the gate" : `${kind}, ${decided_by}`
    }: ${reason}`
  );
  return [
    `- status: ${status}`,
    `- artifact: \`${artifact}\`; the version is the beginning of its SHA-256`,
    `- trained: ${
      mode === "warm" ? `warm from ${parent}` : "from scratch"
    }, in the run of ${row.day} (number ${row.run_id})`,
    `- engine: ${formatCell(config.engine ?? "none")}${
      config.simd === undefined ? "" : `, ${formatCell(config.simd)} SIMD`
    }`,
    `- seed: ${seed}; manifest: ${manifest_hash ?? "unknown"}`,
    ...history,
  ];
}

function dataLines({ row }: VersionRecord): string[] {
  const { from_batch, through_batch, n_ratings, rated_through, mode } = row;
  const replay = mode === "warm" ? ", and a replay of older ones" : "";
  return [
    `- batches ${from_batch} to ${through_batch}${replay}; all in all ${n_ratings} ratings had arrived`,
    `- the newest rating is of ${day(rated_through)}`,
    "- left out: each open batch's hold-out",
  ];
}

function hyperparameterLines({ row: { config } }: VersionRecord): string[] {
  const own = config.config;
  if (typeof own !== "object" || own === null || Object.keys(own).length === 0) return ["None."];
  return markdownTable(
    ["name", "value"],
    Object.entries(own).map(([name, value]) => [name, formatCell(value)]),
  );
}

function measuredLines({ row, judged }: VersionRecord): string[] {
  if (judged === null) return ["Nothing: no gate has judged it."];
  const { figures } = judged;
  const rivals = Object.keys(figures).filter((name) => name !== row.version && !BASELINES.includes(name));
  const scorers = [row.version, ...rivals, ...BASELINES].filter((name) => figures[name] !== undefined);
  const metrics = Object.keys(METRICS).filter((metric) => scorers.some((name) => metric in figures[name]));
  const name = (scorer: string) =>
    scorer === row.version
      ? "this version"
      : rivals.includes(scorer)
      ? `${scorer} (met by the gate)`
      : scorer;
  return [
    `On the hold-out of run ${judged.runId}, rows that no version was trained on:`,
    "",
    ...markdownTable(
      ["", ...metrics.map((metric) => METRICS[metric])],
      scorers.map((scorer) => [
        name(scorer),
        ...metrics.map((metric) => figures[scorer][metric]?.toFixed(4) ?? ""),
      ]),
    ),
  ];
}

function verdictLines({ verdict }: VersionRecord): string[] {
  if (verdict === null) return ["None: no gate has judged it."];
  const { verdict: said, reason, comparisons } = verdict.judgement;
  const compared = comparisons.map((comparison) => {
    const slice = comparison.slice === "all" ? "" : `${comparison.slice} people: `;
    return `- ${slice}${inWords(comparison)} (${comparison.n} people)`;
  });
  return [
    `${said}, in the run of ${verdict.day}: ${reason}`,
    ...(compared.length > 0 ? ["", ...compared] : []),
  ];
}

function limitLines({ row, judged }: VersionRecord): string[] {
  const ranksOnly = judged !== null && judged.figures[row.version]?.rmse === undefined;
  return [
    "- Measured by time on this archive's own people: it says nothing of another audience.",
    `- It has seen no rating after ${
      day(row.rated_through)
    }; what came later reaches it through features alone.`,
    "- Its lists repeat what the archive's people chose to rate, popularity above all.",
    ...(ranksOnly ? ["- It orders movies and predicts no stars."] : []),
    ...(row.model === "two_tower" || row.model === "fm"
      ? ["- Predicted stars are not clipped to the scale."]
      : []),
  ];
}
