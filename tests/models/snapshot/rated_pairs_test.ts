import assert from "@std/assert";
import fc from "fast-check";
import { movieOf, packRating, starsOf } from "../../../models/rating_entry.ts";
import { mergeRated } from "../../../models/snapshot/merge_rated.ts";
import { ratedBy, starsIn } from "../../../models/snapshot/rated_lists.ts";
import { createRatedPairs, type Rated, RECENT } from "../../../models/snapshot/rated_pairs.ts";
import { indexOfId } from "../../../models/snapshot/index_of_id.ts";

type Given = readonly [user: number, movie: number, halfStars: number];

const arrivals = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 10 })),
  { maxLength: 60 },
);

function gathered(arrivals: readonly Given[]): Rated {
  const pairs = createRatedPairs();
  for (const [user, movie, halves] of arrivals) pairs.add(user, movie, halves / 2);
  return pairs.finish();
}

/** Each person's ratings in order of first arrival, the plain way. */
function plainly(arrivals: readonly Given[]): Map<number, Map<number, number>> {
  const people = new Map<number, Map<number, number>>();
  for (const [user, movie, halves] of arrivals) {
    people.set(user, (people.get(user) ?? new Map<number, number>()).set(movie, halves / 2));
  }
  return people;
}

function assertHolds({ rated, recent }: Rated, arrivals: readonly Given[]): void {
  const people = plainly(arrivals);
  assert.deepEqual([...rated.userIds], [...people.keys()].sort((a, b) => a - b));
  assert.equal(rated.offsets.length, people.size + 1);
  assert.equal(recent.offsets.length, people.size + 1);
  for (const [user, ratings] of people) {
    const ascending = [...ratings].sort(([a], [b]) => a - b);
    assert.deepEqual([...ratedBy(rated, user)], ascending.map(([movie, stars]) => packRating(movie, stars)));
    for (const [movie, stars] of ratings) assert.equal(starsIn(ratedBy(rated, user), movie), stars);
    const row = indexOfId(rated.userIds, user);
    const last = recent.entries.subarray(recent.offsets[row], recent.offsets[row + 1]);
    assert.deepEqual(
      Array.from(last, (entry) => [movieOf(entry), starsOf(entry)]),
      [...ratings].slice(-RECENT),
    );
  }
}

Deno.test("createRatedPairs() keeps each movie once, with the last stars, where it first arrived", () => {
  fc.assert(fc.property(arrivals, (arrivals) => assertHolds(gathered(arrivals), arrivals)));
});

Deno.test("createRatedPairs() grows past its first room, and keeps the last fifty", () => {
  const many = Array.from({ length: 40_000 }, (_, i): Given => [i % 400, (i * 7) % 101, 1 + i % 10]);
  assertHolds(gathered(many), many);
});

Deno.test("mergeRated() gives the lists of both, wherever new movies have pushed the old ones", () => {
  const shift = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 10, maxLength: 10 });
  fc.assert(fc.property(arrivals, arrivals, shift, (before, after, gaps) => {
    let at = -1;
    const moved = Int32Array.from(gaps, (gap) => at += 1 + gap);
    const news = after.map(([user, movie, halves]): Given => [user, moved[movie], halves]);
    const merged = mergeRated(gathered(before), freshOf(news), moved);
    const all = [...before.map(([user, movie, halves]): Given => [user, moved[movie], halves]), ...news];
    assertHolds(merged, all);
    assert.deepEqual(merged, gathered(all));
  }));
});

Deno.test("mergeRated() lets the oldest of fifty go, but not for a rating that came again", () => {
  const before = Array.from({ length: 60 }, (_, movie): Given => [1, movie, 2]);
  const news: Given[] = [[1, 3, 9], [1, 30, 9], [1, 70, 9], [1, 71, 8]];
  const same = Int32Array.from({ length: 60 }, (_, movie) => movie);
  const merged = mergeRated(gathered(before), freshOf(news), same);
  assertHolds(merged, [...before, ...news]);
  assert.deepEqual(Array.from(merged.recent.entries, movieOf).slice(0, 2), [12, 13]);
});

function freshOf(news: readonly Given[]): Map<number, number[]> {
  const fresh = new Map<number, number[]>();
  for (const [user, movie, halves] of news) {
    fresh.set(user, [...fresh.get(user) ?? [], packRating(movie, halves / 2)]);
  }
  return fresh;
}
