import assert from "@std/assert";
import fc from "fast-check";
import { RatingTable } from "../../../tasks/import/rating_table.ts";
import { timeOrder } from "../../../tasks/import/time_order.ts";

type Values = [userId: number, movieId: number, ratedAt: number];

function table(rows: readonly Values[]): RatingTable {
  const ratings = new RatingTable();
  rows.forEach(([userId, movieId, ratedAt], i) => ratings.push(userId, movieId, 3, ratedAt, i + 2));
  return ratings;
}

const id = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
const TIMES = {
  "32-bit seconds": fc.oneof(fc.integer({ min: 0, max: 2 }), fc.nat({ max: 2 ** 32 - 1 })),
  "any seconds": fc.double({ min: -2e11, max: 9e12, noNaN: true }).map((seconds) => seconds + 0),
};

for (const [name, time] of Object.entries(TIMES)) {
  Deno.test(`timeOrder() sorts by time, user, movie and line: ${name}`, async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(id, id, time)), async (rows) => {
      const wanted = rows.map((_, i) => i).sort((a, b) =>
        rows[a][2] - rows[b][2] || rows[a][0] - rows[b][0] || rows[a][1] - rows[b][1] || a - b
      );
      assert.deepEqual([...await timeOrder(table(rows))], wanted);
    }));
  });
}

Deno.test("timeOrder() stops when asked to", async () => {
  const stop = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(timeOrder(table([[1, 1, 1]]), stop), /stopped/);
});

Deno.test("RatingTable rounds nothing, however late the odd value comes", () => {
  const ratings = new RatingTable();
  for (let i = 0; i < 70_000; i++) ratings.push(i, i, 3.5, i, i);
  ratings.push(1, 1, 4.1, 32_503_680_000.5, 1);
  for (let i = 0; i < 70_000; i++) ratings.push(i, i, 0.5, i, i);
  const values = [0, 69_999, 70_000, 140_000].map((row) => [ratings.rating[row], ratings.ratedAt[row]]);
  assert.deepEqual(values, [[3.5, 0], [3.5, 69_999], [4.1, 32_503_680_000.5], [0.5, 69_999]]);
  assert.deepEqual([ratings.n, ratings.userId[140_000], ratings.line[140_000]], [140_001, 69_999, 69_999]);
});
