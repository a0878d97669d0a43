/** What an import costs beyond the COPY that it cannot do without. */
import { binaryRows } from "../../tasks/import/binary_rows.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { sampleSource } from "../../tasks/import/sample.ts";
import { timeOrder } from "../../tasks/import/time_order.ts";
import { testPool } from "../support/database.ts";
import { type Report, spent } from "./benchmark.ts";

const COPY = "../../tests/bench/queries/copy_plain";

export async function importing({ ratings: n = 1_000_000 }: { ratings?: number }): Promise<Report> {
  const source = sampleSource({ nRatings: n, seed: 1 });
  const { ratings } = await source.read();
  const order = await timeOrder(ratings);
  const bytes = [...binaryRows(ratings, { order, from: 0, to: n, firstId: 1, sourceId: 1 })];
  await using pool = await testPool();
  await pool.script(
    "create table plain (like raw_db.ratings, constraint plain_pkey primary key (rating_id))",
  );
  // Before and after: checkpoints and neighbours do not fall on one side only.
  const before = await spent(() => pool.copyIn(COPY, bytes));
  const imported = await spent(() => importArchive(pool, source));
  await pool.script("truncate plain");
  const after = await spent(() => pool.copyIn(COPY, bytes));

  const copying = (before.seconds + after.seconds) / 2;
  return {
    figures: [
      {
        name: "importArchive()",
        value: n / imported.seconds,
        unit: "rows/s",
        beside: { name: "plain COPY of the same rows", value: n / copying },
      },
      {
        name: "importArchive(), this process",
        value: imported.cpuSeconds * 1e6 / n,
        unit: "CPU s / 1M rows",
        beside: {
          name: "plain COPY, this process",
          value: (before.cpuSeconds + after.cpuSeconds) / 2 * 1e6 / n,
        },
      },
    ],
    notes: [
      `${
        n.toLocaleString("en-US")
      } generated ratings, in memory before the clock starts; the import sorts them, writes ` +
      "their rows, checks, and analyzes",
      "the plain COPY gets bytes that are ready, into a table with the same key; mean of one before and one after; " +
      "the tests' server runs without fsync",
    ],
  };
}
