/** A judgement as people read it: what was asked, what each comparison showed, and what follows. */
import type { Comparison } from "./comparison.ts";
import { type Case, inWords, type Judgement, MEASURE_NAMES, MEASURES, type Ruling } from "./gate.ts";

/** `ruling` on `trial` in words; `note` says how it came about. */
export function explain(
  trial: Omit<Case, "cohort">,
  { judgements, standards }: Ruling,
  note: string,
): string {
  const { champion, options, seed, candidates } = trial;
  const level = 1 - (1 - options.confidence) / candidates.length;
  const percent = `${(100 * level).toFixed(candidates.length > 1 ? 2 : 1)} %`;
  const moved = MEASURES.filter((measure) => standards[measure] !== undefined).map((measure) => {
    const isNew = standards[measure] !== trial.standards[measure];
    return `${MEASURE_NAMES[measure]} ${standards[measure]}${isNew ? " (new)" : ""}`;
  });
  return [
    `Champion   ${champion?.version ?? "none"}`,
    `Asked      harm surely within ${options.margin_rmse} stars of RMSE and ${options.margin_ndcg} of nDCG@10, ` +
    `beside every rival; at least ${options.min_users} people`,
    `Intervals  each end holds with ${percent}${
      candidates.length > 1 ? `, as ${candidates.length} were judged at once` : ""
    }: people drawn with replacement, ` +
    `${options.resamples} times, seed ${seed}; harm below 0 is better than the rival`,
    ...judgements.flatMap(judgementLines),
    `Standards  ${moved.join(", ") || "none"}`,
    note,
    "",
  ].join("\n");
}

function judgementLines({ version, verdict, isPromoted, reason, comparisons }: Judgement): string[] {
  const live = isPromoted ? " → goes live" : "";
  return ["", `${version}  ${verdict}${live}: ${reason}`, ...comparisons.map(comparisonLine), ""];
}

function comparisonLine(comparison: Comparison): string {
  const where = comparison.slice === "all" ? "" : `${comparison.slice} people: `;
  return `  ${where}${inWords(comparison)} (${comparison.n} people)`;
}
