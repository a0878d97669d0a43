/** What the first run costs: raw → lake → features, all of the archive at once. */
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { sampleSource } from "../../tasks/import/sample.ts";
import ingest from "../../tasks/ingest.ts";
import { testRun } from "../support/context.ts";
import type { BenchmarkOptions, Figure, Report } from "./benchmark.ts";
import { benchPool } from "./_database.ts";
import { allCpuSeconds, describeUsage, metered, type Usage } from "./meter.ts";

const PLAIN = "../../tests/bench/queries/plain_lake";

export async function bootstrap({ ratings: n = 1_000_000 }: BenchmarkOptions): Promise<Report> {
  await using pool = await benchPool();
  await importArchive(pool, sampleSource({ nRatings: n, seed: 1 }));
  const usages: Record<string, Usage> = { "plain SQL": await plainLake(pool) };
  const settings = { bootstrap: { ratings: n, atMost: 1 } };
  await using run = await testRun(pool, { kind: "bootstrap", settings });
  const stages = [
    usages.ingest = await metered(() => run.stage("ingest", ingest), { pool }),
    usages.clean = await metered(() => run.stage("clean", clean), { pool }),
    usages.features = await metered(() => run.stage("features", features), { pool }),
  ];
  const sum = (of: (usage: Usage) => number) => stages.reduce((all, usage) => all + of(usage), 0);
  const most = (of: (usage: Usage) => number | null) => Math.max(...stages.map((usage) => of(usage) ?? 0));
  const plain = { name: "insert … select, both indexes" };
  const figures: Figure[] = [
    {
      name: "ingest, clean and features",
      value: sum(({ seconds }) => seconds),
      unit: "s",
      beside: { ...plain, value: usages["plain SQL"].seconds },
    },
    {
      name: "ingest, clean and features, all processes",
      value: sum(allCpuSeconds),
      unit: "CPU s",
      beside: { ...plain, value: allCpuSeconds(usages["plain SQL"]) },
    },
    { name: "features, this process", value: usages.features.cpuSeconds, unit: "CPU s" },
    { name: "peak of this process", value: most(({ peakRssMib }) => peakRssMib), unit: "MiB" },
    { name: "peak of a Polars process", value: most(({ childPeakRssMib }) => childPeakRssMib), unit: "MiB" },
  ];
  return {
    figures,
    notes: [
      `${
        n.toLocaleString("en-US")
      } generated ratings, imported before; durable server, as people's homes are`,
      "the plain SQL writes the rows of raw_db.ratings, unchecked, into a table with the lake's columns and indexes, in " +
      "one transaction",
      ...Object.entries(usages).map(([name, usage]) => `${name}: ${describeUsage(usage)}`),
    ],
    usages,
  };
}

/** What PostgreSQL needs for the rows and indexes alone. */
async function plainLake(pool: Pool): Promise<Usage> {
  const usage = await metered(() =>
    pool.transaction(async (tx) => {
      await tx.script(
        "create table plain_lake (like data_lake_db.ratings including defaults including constraints)",
      );
      await tx.execute(PLAIN);
      await tx.script(`
        set local maintenance_work_mem = '512MB';
        alter table plain_lake add constraint plain_lake_pkey primary key (rating_id);
        create index plain_lake_by_user_movie on plain_lake (user_id, movie_id)`);
    }), { pool });
  await pool.script("drop table plain_lake");
  return usage;
}
