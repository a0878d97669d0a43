import assert from "@std/assert";
import { fitRidge } from "../../../../models/auto/rating/ridge.ts";
import { fitTrees } from "../../../../models/auto/rating/trees.ts";

const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-9, `${found} is not ${wanted}`);
const rowsOf = (n: number) => Int32Array.from({ length: n }, (_, row) => row);

Deno.test("fitRidge() of one column is Σzy / (n + λ) by hand, z standardised", () => {
  const table = { values: Float64Array.of(0, 2, 4, 6), width: 1 };
  // Mean 3, deviation √5: z = −3/√5 … 3/√5, Σz² = 4, Σzy = 20/√5 for y = 0, 2, 4, 6; slope in x: (20/√5 / (4 + 1)) / √5.
  const predict = fitRidge(table, table.values, { rows: rowsOf(4), lambda: 1 });
  near(predict(Float64Array.of(8), 0), 3 + (8 - 3) * 20 / 5 / 5);
});

Deno.test("fitRidge() takes no notice of a column that is always the same", () => {
  const table = { values: Float64Array.of(0, 7, 2, 7, 4, 7, 6, 7), width: 2 };
  const predict = fitRidge(table, Float64Array.of(0, 2, 4, 6), { rows: rowsOf(4), lambda: 1 });
  near(predict(Float64Array.of(8, 1000), 0), 7);
});

const OPTIONS = { trees: 1, depth: 1, rate: 1, shrinkage: 0, leaf: 2, signal: new AbortController().signal };

Deno.test("fitTrees() splits where Σ(Σe)²/n is largest, and its leaves are Σe / (n + λ)", async () => {
  // The second column parts −1 from 3, the first nothing.
  const table = { values: Float64Array.of(1, 5, 2, 6, 1, 7, 2, 8, 1, 9), width: 2 };
  const targets = Float64Array.of(-1, -1, -1, 3, 3);
  const exact = (await fitTrees(table, targets, { ...OPTIONS, rows: rowsOf(5) }))();
  for (let row = 0; row < 5; row++) near(exact(table.values, row), targets[row]);
  const shrunk = (await fitTrees(table, targets, { ...OPTIONS, shrinkage: 1, rate: 0.5, rows: rowsOf(5) }))();
  near(shrunk(table.values, 0), 0.5 * -3 / 4);
  near(shrunk(table.values, 4), 0.5 * 6 / 3);
});

Deno.test("fitTrees() keeps leaves of the size asked for, and fits each tree to what is left", async () => {
  const table = { values: Float64Array.from({ length: 32 }, (_, i) => i), width: 1 };
  const targets = table.values.map((x) => x < 3 ? 10 : 0);
  const one = (await fitTrees(table, targets, { ...OPTIONS, leaf: 10, rows: rowsOf(32) }))();
  near(one(table.values, 0), 3); // 10 rows at least: three of 10 and seven of 0
  const many = await fitTrees(table, targets, {
    ...OPTIONS,
    leaf: 1,
    rate: 0.5,
    trees: 12,
    rows: rowsOf(32),
  });
  assert.ok(Math.abs(many()(table.values, 0) - 10) < 0.01);
  near(many(1)(table.values, 0), 5);
});
