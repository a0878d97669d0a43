/** What erasing a person costs in an archive of which a part waits still, and the proof that nothing is left. */
import type { Pool } from "../../sql/db.ts";
import { erase } from "../../server/writes/erase.ts";
import { proveErasure } from "../../server/writes/erasure_proof.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { sampleSource } from "../../tasks/import/sample.ts";
import ingest from "../../tasks/ingest.ts";
import { testRun } from "../support/context.ts";
import type { BenchmarkOptions, Report } from "./benchmark.ts";
import { benchPool } from "./_database.ts";
import { describeUsage, metered, type Usage } from "./meter.ts";

const SALT = "00112233445566778899aabbccddeeff";
/** Of the archive in the lake; the rest waits, as in the first months of a large one. */
const TAKEN = 0.5;
/** Who is erased: of the people by their number of ratings, whoever stands there. */
const PLACES = { median: 0.5, most: 1 };
const PEOPLE = "../../tests/bench/queries/people_by_ratings";

export async function erasing({ ratings: n = 1_000_000 }: BenchmarkOptions): Promise<Report> {
  await using pool = await benchPool();
  await importArchive(pool, sampleSource({ nRatings: n, seed: 1 }));
  const filters = await metered(() => pool.row("erase/read_new_pages"), { pool });
  await bootstrapped(pool, n);
  const people = await pool.rows<{ user_id: number; n: number }>(PEOPLE);
  const usages: Record<string, Usage> = {
    "scan of the archive": await metered(() => pool.rows(PEOPLE), { pool }),
    "filters of an archive just imported, once": filters,
  };
  const names: string[] = [];
  for (const [name, place] of Object.entries(PLACES)) {
    const { user_id, n } = people[Math.floor(place * (people.length - 1))];
    names.push(`${name}: ${n.toLocaleString("en-US")} ratings`);
    const receipt = { userId: user_id, salt: SALT };
    let id = 0;
    usages[`erase, ${name}`] = await metered(async () => {
      id = (await erase(pool, user_id, { salt: SALT, by: "the bench" }))!.erasureId;
    }, { pool });
    usages[`proof, ${name}`] = await metered(async () => {
      const { remaining } = (await proveErasure(pool, id, receipt))!;
      if (Object.values(remaining!).some((left) => left > 0)) throw new Error("somebody is left");
    }, { pool });
  }
  const scan = { name: "one scan of the archive", value: usages["scan of the archive"].seconds };
  return {
    figures: Object.entries(usages).slice(1).map(([name, { seconds }]) => ({
      name,
      value: seconds,
      unit: "s",
      beside: scan,
    })),
    notes: [
      `${n.toLocaleString("en-US")} generated ratings, half of them in the lake; ${names.join(", ")}`,
      ...Object.entries(usages).map(([name, usage]) => `${name}: ${describeUsage(usage)}`),
    ],
    usages,
  };
}

async function bootstrapped(pool: Pool, ratings: number): Promise<void> {
  const settings = { bootstrap: { ratings: Math.floor(TAKEN * ratings), atMost: 1 } };
  {
    await using run = await testRun(pool, { kind: "bootstrap", settings });
    await run.stage("ingest", ingest);
    await run.stage("clean", clean);
    await run.stage("features", features);
  }
  // As autovacuum would have by the next day.
  await pool.script("vacuum analyze");
}
