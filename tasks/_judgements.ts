/** What the gate was given and decided, as rows: stored with the verdict, recomputed to the bit, told in words. */
import type { Cohort, Scores } from "../models/gate/cohort.ts";
import { explain } from "../models/gate/explain.ts";
import { type Case, rule, type Ruling } from "../models/gate/gate.ts";
import { gateOptions } from "../models/gate/options.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";

/** Writes the judgement of a run; `champion` is live after it. */
export async function storeJudgement(
  tx: Db,
  { trial, ruling, runId, champion }: {
    trial: Case;
    ruling: Ruling;
    runId: number;
    champion: string | null;
  },
): Promise<void> {
  const { cohort, options, seed, candidates, champion: predecessor, rivals, standards } = trial;
  const parties = { candidates, champion: predecessor, rivals, standards };
  const found = await tx.row<{ judgement_id: number }>("gate/insert_judgement", [
    runId,
    seed,
    JSON.stringify(options),
    JSON.stringify(parties),
    JSON.stringify(ruling),
    champion,
    JSON.stringify(ruling.standards),
    Array.from(cohort.nRatings),
    Array.from(cohort.isCold),
  ]);
  for (const [version, { squaredErrors, ndcgs }] of Object.entries(cohort.scores)) {
    const [errors, gains] = [squaredErrors, ndcgs].map((values) => values && Array.from(values));
    await tx.execute("gate/insert_scores", [found!.judgement_id, version, errors, gains]);
  }
}

/** Lets go of what judgements of runs before `day` (YYYY-MM-DD) were given, person by person; verdicts stay. */
export async function forgetScores(tx: Db, day: string): Promise<void> {
  await tx.execute("gate/forget_scores", [day]);
  await tx.execute("gate/forget_people", [day]);
}

/**
 * The gate's judgements in run `runId`, recomputed from what is stored, in words; null when it judged nothing.
 *
 * @throws {Error} when what is recomputed is not what was decided.
 */
export async function explainJudgement(db: Db, runId: number): Promise<string | null> {
  const rows = await db.rows<Row<"ops_db.judgements">>("gate/judgements_of_run", [runId]);
  const texts: string[] = [];
  for (const row of rows) texts.push(await explainOne(db, row));
  return texts.length === 0 ? null : texts.join("\n");
}

async function explainOne(db: Db, row: Row<"ops_db.judgements">): Promise<string> {
  const { judgement_id, run_id, n_ratings, is_cold, seed } = row;
  const stored = row.ruling as unknown as Ruling;
  const options = gateOptions.parse(row.options);
  const parties = row.parties as unknown as Pick<Case, "candidates" | "champion" | "rivals" | "standards">;
  if (n_ratings === null || is_cold === null) {
    const note = "What it was given is older than evaluate's keep_pairs, so this is what was decided then.";
    return explain({ ...parties, options, seed }, stored, note);
  }
  const scores = await db.rows<Row<"ops_db.judgement_scores">>("gate/scores_of_judgement", [judgement_id]);
  const cohort: Cohort = {
    nRatings: n_ratings,
    isCold: is_cold,
    scores: Object.fromEntries(scores.map(scoresOf)),
  };
  const found = await rule({ ...parties, cohort, options, seed }, new AbortController().signal);
  if (canonical(found) !== canonical(stored)) {
    throw new Error(
      `Cannot vouch for judgement ${judgement_id} of run ${run_id} as it should come out as it was decided: ` +
        `found ${verdicts(found)}, stored is ${
          verdicts(stored)
        }. Next: deno task status ${run_id}, and see whether ` +
        "this checkout's gate is the one that judged",
    );
  }
  return explain(
    { ...parties, options, seed },
    found,
    "Recomputed from what is stored: the same to the last bit.",
  );
}

function scoresOf(row: Row<"ops_db.judgement_scores">): [string, Scores] {
  return [row.version, { squaredErrors: row.squared_errors, ndcgs: row.ndcgs }];
}

const verdicts = ({ judgements }: Ruling) =>
  judgements.map(({ version, verdict }) => `${version} ${verdict}`).join(", ");

/** JSON with keys in order: PostgreSQL keeps its own. What is no number is null in both. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  );
}
