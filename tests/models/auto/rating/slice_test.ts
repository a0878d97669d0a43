import assert from "@std/assert";
import { fitSlice } from "../../../../models/auto/rating/slice.ts";
import { createRng } from "../../../../models/rng.ts";

const OPTIONS = { seed: 1, signal: new AbortController().signal };

/** `people` of 40 rows each: column 0 explains `slope`, column 1 nothing; everybody has a level of their own. */
function world(people: number, { slope, level }: { slope: number; level: number }) {
  const rng = createRng(3);
  const n = people * 40;
  const values = new Float64Array(2 * n);
  const targets = new Float64Array(n);
  const users = new Int32Array(n);
  for (let person = 0, row = 0; person < people; person++) {
    const own = level * (rng.uniform() - 0.5);
    // The person's level shows in column 1, which is no news of anybody else.
    const mark = rng.uniform();
    for (let i = 0; i < 40; i++, row++) {
      users[row] = person;
      values[2 * row] = rng.uniform() - 0.5;
      values[2 * row + 1] = mark;
      targets[row] = slope * values[2 * row] + own + rng.uniform() - 0.5;
    }
  }
  return { table: { values, width: 2 }, targets, users };
}

Deno.test("fitSlice() corrects what holds across people", async () => {
  const { predict, name, before, after } = await fitSlice(world(50, { slope: 2, level: 0.1 }), OPTIONS);
  assert.match(name, /^ridge/);
  assert.ok(after < 0.75 * before, `${before} → ${after}`);
  assert.ok(Math.abs(predict(Float64Array.of(0.3, 0.5), 0) - 0.6) < 0.15);
});

Deno.test("fitSlice() leaves the mean as it is when a gain could be the doing of a few people", async () => {
  const { predict, name, before, after } = await fitSlice(world(40, { slope: 0, level: 3 }), OPTIONS);
  assert.equal(name, "mean");
  assert.equal(predict(Float64Array.of(0.3, 0.5), 0), 0);
  assert.equal(before, after);
});

Deno.test("fitSlice() leaves the mean as it is with few people, or none", async () => {
  assert.equal((await fitSlice(world(29, { slope: 5, level: 0 }), OPTIONS)).name, "mean");
  assert.equal((await fitSlice(world(0, { slope: 5, level: 0 }), OPTIONS)).name, "mean");
});
