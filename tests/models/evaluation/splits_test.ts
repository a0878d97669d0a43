import assert from "@std/assert";
import fc from "fast-check";
import { ASKED, KNOWN, LEARNT, type Split, splitRows } from "../../../models/evaluation/splits.ts";
import { countedUsers, ratingsOf, type Row } from "../../support/ratings.ts";

const { ids } = countedUsers(50);
const rows = fc.array(fc.tuple(fc.nat(9), fc.nat(19), fc.constantFrom(1, 3, 5)), {
  minLength: 1,
  maxLength: 80,
});
const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const split: fc.Arbitrary<Split> = fc.oneof(
  fc.record({ kind: fc.constant("time" as const), share }),
  fc.record({
    kind: fc.constant("last" as const),
    of: fc.oneof(fc.record({ share }), fc.record({ count: fc.integer({ min: 1, max: 9 }) })),
  }),
  fc.record({ kind: fc.constant("random" as const), fold: fc.nat(2), folds: fc.constant(3) }),
  fc.record({ kind: fc.constant("users" as const), share }),
);

const of = (sides: Uint8Array, side: number) => Array.from(sides.keys()).filter((row) => sides[row] === side);

Deno.test("splitRows() parts the rows: no pair is on both sides, and the same seed parts the same", () => {
  fc.assert(
    fc.property(rows, split, fc.nat(99), (given, split, seed) => {
      const ratings = ratingsOf(given);
      const sides = splitRows(ratings, split, { ids, seed });
      assert.equal(sides.length, given.length);
      assert.ok(
        sides.every((side) =>
          side === LEARNT || side === ASKED || (side === KNOWN && split.kind === "users")
        ),
      );
      const pairs = (side: number) => of(sides, side).map((row) => `${given[row][0]} ${given[row][1]}`);
      const others = new Set([...pairs(LEARNT), ...pairs(KNOWN)]);
      assert.ok(!pairs(ASKED).some((pair) => others.has(pair)));
      assert.deepEqual(splitRows(ratings, split, { ids, seed }), sides);
    }),
    { numRuns: 300, seed: 8 },
  );
});

/** Distinct pairs, so that nothing moves for the sake of a pair. */
const distinct = (n: number): Row[] => Array.from({ length: n }, (_, i) => [i % 7, Math.floor(i / 7), 3]);

Deno.test("splitRows() in time asks about the newest share", () => {
  const sides = splitRows(ratingsOf(distinct(40)), { kind: "time", share: 0.25 }, { ids, seed: 1 });
  assert.deepEqual(of(sides, ASKED), Array.from({ length: 10 }, (_, i) => 30 + i));
});

Deno.test("splitRows() by last asks about each person's newest, and leaves everybody one", () => {
  const given: Row[] = [...distinct(35), [9, 1, 5]];
  const two = splitRows(ratingsOf(given), { kind: "last", of: { count: 2 } }, { ids, seed: 1 });
  assert.deepEqual(of(two, ASKED), Array.from({ length: 14 }, (_, i) => 21 + i));
  const all = splitRows(ratingsOf(given), { kind: "last", of: { count: 99 } }, { ids, seed: 1 });
  assert.deepEqual(of(all, LEARNT), [0, 1, 2, 3, 4, 5, 6, 35]);
  const fifth = splitRows(ratingsOf(given), { kind: "last", of: { share: 0.2 } }, { ids, seed: 1 });
  assert.deepEqual(of(fifth, ASKED), Array.from({ length: 7 }, (_, i) => 28 + i));
});

Deno.test("splitRows() into folds asks about every row in exactly one", () => {
  const ratings = ratingsOf(distinct(300));
  const folds = [0, 1, 2].map((fold) =>
    of(splitRows(ratings, { kind: "random", fold, folds: 3 }, { ids, seed: 4 }), ASKED)
  );
  assert.deepEqual(folds.flat().sort((a, b) => a - b), Array.from({ length: 300 }, (_, i) => i));
  assert.ok(folds.every((fold) => fold.length > 70));
});

Deno.test("splitRows() by users learns nothing of a held-out person, and makes their older ratings known", () => {
  const given = distinct(210);
  const sides = splitRows(ratingsOf(given), { kind: "users", share: 0.5 }, { ids, seed: 3 });
  const people = (side: number) => new Set(of(sides, side).map((row) => given[row][0]));
  assert.ok(people(ASKED).size > 0 && people(LEARNT).size > 0);
  assert.deepEqual(people(ASKED), people(KNOWN));
  assert.ok(people(LEARNT).isDisjointFrom(people(ASKED)));
  for (const user of people(ASKED)) {
    const own = (side: number) => of(sides, side).filter((row) => given[row][0] === user);
    assert.deepEqual([own(KNOWN).length, own(ASKED).length], [24, 6]);
    assert.ok(Math.max(...own(KNOWN)) < Math.min(...own(ASKED)));
  }
});

Deno.test("splitRows() never asks about held-out or stale rows", () => {
  const ratings = ratingsOf(distinct(40));
  ratings.isHeldOut.fill(1, 30, 35);
  ratings.isStale.fill(1, 35, 38);
  const sides = splitRows(ratings, { kind: "time", share: 0.25 }, { ids, seed: 1 });
  assert.deepEqual(of(sides, ASKED), [38, 39]);
});
