import assert from "@std/assert";
import {
  holdoutMarker,
  type HoldoutRule,
  isHeldOut,
  isSampled,
  partOf,
  splitByOrder,
} from "../../../models/evaluation/split.ts";

const rule: HoldoutRule = { seed: 11, newestBatch: 9, holdoutDays: 7 };
const daily = (id: number) => ({ id, kind: "daily" as const, nRatings: 10_000 });
const shareOf = (batchId: number, seed: number) => {
  let held = 0;
  for (let position = 0; position < 10_000; position++) {
    const place = { ratingId: 50_000 + position, batch: daily(batchId), position };
    if (isHeldOut(place, { ...rule, seed })) held++;
  }
  return held / 10_000;
};

Deno.test("isHeldOut() takes about a tenth of each open batch, and nothing of a closed one", () => {
  // The standard error of a share of .1 over 10,000 is .003.
  for (const open of [3, 9]) assert.ok(Math.abs(shareOf(open, 11) - 0.1) < 0.012);
  for (const closed of [0, 1, 2]) assert.equal(shareOf(closed, 11), 0);
});

Deno.test("isHeldOut() says the same of a rating while its batch is open", () => {
  const place = { ratingId: 123_457, batch: daily(9), position: 3 };
  const answers = [9, 10, 12, 15].map((newestBatch) => isHeldOut(place, { ...rule, newestBatch }));
  assert.equal(new Set(answers).size, 1);
});

Deno.test("isHeldOut() holds out other ratings for another seed", () => {
  const ids = Array.from({ length: 2000 }, (_, i) => i);
  const chosen = (seed: number) => ids.filter((ratingId) => isSampled(ratingId, { seed, share: 0.1 }));
  const both = chosen(1).filter((id) => chosen(2).includes(id));
  assert.ok(both.length < chosen(1).length / 2, `${both.length} in common`);
});

Deno.test("isHeldOut() takes the bootstrap's last tenth in arrival order", () => {
  const batch = { id: 0, kind: "bootstrap" as const, nRatings: 25 };
  const held = (position: number, newestBatch = 0) =>
    isHeldOut({ ratingId: position, batch, position }, { seed: 1, newestBatch, holdoutDays: 7 });
  // ⌈.9 · 25⌉ = 23: positions 23 and 24.
  assert.deepEqual(Array.from({ length: 25 }, (_, i) => i).filter((i) => held(i)), [23, 24]);
  assert.equal(held(24, 6), true);
  assert.equal(held(24, 7), false);
});

Deno.test("holdoutMarker() counts positions by batch", () => {
  const batches = [{ id: 0, kind: "bootstrap" as const, nRatings: 10 }, {
    id: 1,
    kind: "daily" as const,
    nRatings: 5,
  }];
  const isOut = holdoutMarker({ seed: 3, newestBatch: 1, holdoutDays: 7 }, batches);
  const bootstrap = Array.from({ length: 10 }, (_, i) => isOut(0, i));
  assert.deepEqual(bootstrap, [...Array(9).fill(false), true]);
  assert.equal(isOut(1, 77), isSampled(77, { seed: 3, share: 0.1 }));
  assert.throws(() => isOut(2, 78), /batch 2/);
});

Deno.test("isSampled() of a larger share holds all of a smaller one's", () => {
  for (let id = 0; id < 1000; id++) {
    if (isSampled(id, { seed: 5, share: 0.1 })) assert.ok(isSampled(id, { seed: 5, share: 0.3 }));
  }
});

Deno.test("splitByOrder() gives the newest to test, the next to validation", () => {
  const parts = splitByOrder(105, { validation: 0.2, test: 0.1 });
  assert.deepEqual(parts, { train: 74, validation: 95, n: 105 });
  assert.deepEqual([0, 73, 74, 94, 95, 104].map((i) => partOf(i, parts)), [
    "train",
    "train",
    "validation",
    "validation",
    "test",
    "test",
  ]);
});
