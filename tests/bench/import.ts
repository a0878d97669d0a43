/** What an import costs beyond the COPY that it cannot do without. */
import { join } from "node:path";
import type { Pool } from "../../sql/db.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { binaryRows } from "../../tasks/import/binary_rows.ts";
import { movieLens } from "../../tasks/import/movielens.ts";
import { timeOrder } from "../../tasks/import/time_order.ts";
import { type BenchmarkOptions, type Report } from "./benchmark.ts";
import { benchPool } from "./_database.ts";
import { allCpuSeconds, describeUsage, metered, type Usage } from "./meter.ts";
import { sampleFiles } from "./_sample_files.ts";

const COPY = "../../tests/bench/queries/copy_plain";
const PLAIN = `
  drop table if exists plain;
  create table plain (like raw_db.ratings including constraints, constraint plain_pkey primary key (rating_id))`;
/** A plain COPY before and one after the import even out what neighbours do; of many rows one is enough. */
const TWICE_UP_TO = 5_000_000;

export async function importing({ ratings: n = 1_000_000 }: BenchmarkOptions): Promise<Report> {
  await using files = await sampleFiles(n);
  const rows = join(files.path, "rows.copy");
  await writeRows(files.path, rows);
  await using pool = await benchPool();
  const usages: Record<string, Usage> = { "plain COPY": await plainCopy(pool, rows) };
  usages.import = await metered(async () => {
    await importArchive(pool, await movieLens(files.path));
  }, { pool });
  if (n <= TWICE_UP_TO) usages["plain COPY, after"] = await plainCopy(pool, rows);

  const plain = Object.values(usages).filter((usage) => usage !== usages.import);
  const mean = (of: (usage: Usage) => number) =>
    plain.reduce((sum, usage) => sum + of(usage), 0) / plain.length;
  return {
    figures: [
      {
        name: "import from CSV",
        value: n / usages.import.seconds,
        unit: "rows/s",
        beside: { name: "plain COPY of the same rows", value: n / mean(({ seconds }) => seconds) },
      },
      {
        name: "import from CSV, all processes",
        value: allCpuSeconds(usages.import) * 1e6 / n,
        unit: "CPU s / 1M rows",
        beside: { name: "plain COPY", value: mean(allCpuSeconds) * 1e6 / n },
      },
    ],
    notes: [
      `${
        n.toLocaleString("en-US")
      } generated ratings; the import reads ratings.csv, puts it in time order, writes, ` +
      "builds the key, analyzes",
      "the plain COPY sends a file of finished binary rows into a table with the same columns, checks and key, by the " +
      "same driver to the same server (durable, as people's homes are)",
      ...Object.entries(usages).map(([name, usage]) => `${name}: ${describeUsage(usage)}`),
    ],
    usages,
  };
}

/** The rows as an import sends them, at once. */
async function writeRows(folder: string, path: string): Promise<void> {
  const { ratings } = await (await movieLens(folder)).read();
  const order = await timeOrder(ratings);
  using file = await Deno.create(path);
  for (const bytes of binaryRows(ratings, { order, from: 0, to: ratings.n, firstId: 1, sourceId: 1 })) {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
}

async function plainCopy(pool: Pool, path: string): Promise<Usage> {
  await pool.script(PLAIN);
  const usage = await metered(async () => {
    using file = await Deno.open(path);
    await pool.copyIn(COPY, file.readable);
  }, { pool });
  await pool.script("drop table plain");
  return usage;
}
