import assert from "@std/assert";
import { bestOf, halve, rungsOf } from "../../../models/auto/halving.ts";

const never = () => false;

Deno.test("rungsOf() begins on as few people as still tell something", () => {
  assert.deepEqual(rungsOf(610), [1]);
  assert.deepEqual(rungsOf(6040), [1 / 9, 1 / 3, 1]);
  assert.equal(rungsOf(200_000).length, 4);
});

Deno.test("halve() lets a third go on at each rung, and the defaults always", async () => {
  const calls: [number, number][] = [];
  const loss = (trial: number, share: number) => {
    calls.push([trial, share]);
    return Promise.resolve(trial === 0 ? 99 : Math.abs(trial - 7));
  };
  const outcomes = await halve({ nTrials: 10, shares: [1 / 9, 1 / 3, 1], loss, isOver: never });
  assert.deepEqual(calls.slice(10), [[0, 1 / 3], [6, 1 / 3], [7, 1 / 3], [8, 1 / 3], [0, 1], [7, 1]]);
  assert.deepEqual(bestOf(outcomes), { trial: 7, share: 1, loss: 0 });
});

Deno.test("halve() drops what cannot be fitted, and ends when time is up", async () => {
  const failing = (trial: number) => Promise.resolve(trial === 2 ? null : trial + 1);
  const outcomes = await halve({ nTrials: 3, shares: [0.5, 1], loss: failing, isOver: never });
  assert.deepEqual(outcomes.map(({ trial, share }) => [trial, share]), [
    [0, 0.5],
    [1, 0.5],
    [2, 0.5],
    [0, 1],
    [1, 1],
  ]);
  let left = 4;
  const some = await halve({ nTrials: 3, shares: [0.5, 1], loss: failing, isOver: () => left-- === 0 });
  assert.equal(some.length, 4);
  assert.deepEqual(bestOf(some), { trial: 0, share: 1, loss: 1 });
});

Deno.test("bestOf() prefers the larger share, and the defaults among equals", () => {
  const outcome = (trial: number, share: number, loss: number | null) => ({ trial, share, loss });
  assert.equal(bestOf([outcome(1, 0.5, 0.1), outcome(2, 1, 0.3), outcome(0, 1, 0.3)])?.trial, 0);
  assert.equal(bestOf([outcome(1, 0.5, 0.1), outcome(2, 1, null)])?.trial, 1);
  assert.equal(bestOf([outcome(1, 1, null)]), null);
});
