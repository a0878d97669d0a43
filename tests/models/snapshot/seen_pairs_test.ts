import assert from "@std/assert";
import fc from "fast-check";
import { createSeenLists, type SeenLists } from "../../../models/snapshot/seen_lists.ts";
import { createSeenPairs, mergeSeen } from "../../../models/snapshot/seen_pairs.ts";

type Pair = readonly [user: number, movie: number];

const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 9 })), {
  maxLength: 60,
});

/** The lists of `pairs`, sorted and made distinct the plain way. */
function listsOf(pairs: readonly Pair[]): SeenLists {
  const lists = createSeenLists();
  const keys = new Set(pairs.map(([user, movie]) => 100 * user + movie));
  for (const key of [...keys].sort((a, b) => a - b)) lists.add(Math.floor(key / 100), key % 100);
  return lists.finish();
}

function gathered(pairs: readonly Pair[]): SeenLists {
  const seen = createSeenPairs();
  for (const [user, movie] of pairs) seen.add(user, movie);
  return seen.finish();
}

Deno.test("createSeenPairs() sorts pairs that come in any order, and keeps each once", () => {
  fc.assert(fc.property(pairs, (pairs) => assert.deepEqual(gathered(pairs), listsOf(pairs))));
});

Deno.test("createSeenPairs() grows past its first room", () => {
  const many = Array.from({ length: 40_000 }, (_, i): Pair => [i % 400, (i * 7) % 100]);
  assert.deepEqual(gathered(many), listsOf(many));
});

Deno.test("mergeSeen() gives the lists of both, wherever new movies have pushed the old ones", () => {
  const shift = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 10, maxLength: 10 });
  fc.assert(fc.property(pairs, pairs, shift, (before, after, gaps) => {
    let at = -1;
    const moved = Int32Array.from(gaps, (gap) => at += 1 + gap);
    const added = after.map(([user, movie]): Pair => [user, movie * 4]);
    const wanted = listsOf([...before.map(([user, movie]): Pair => [user, moved[movie]]), ...added]);
    assert.deepEqual(mergeSeen(listsOf(before), listsOf(added), moved), wanted);
  }));
});
