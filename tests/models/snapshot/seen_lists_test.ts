import assert from "@std/assert";
import { createSeenLists, indexOfId, seenBy } from "../../../models/snapshot/seen_lists.ts";

Deno.test("createSeenLists() keeps each user's movies, and nobody else's", () => {
  const lists = createSeenLists();
  for (const [user, movie] of [[3, 10], [3, 12], [7, 11], [9, 1], [9, 2], [9, 5]]) lists.add(user, movie);
  const seen = lists.finish();
  assert.deepEqual([...seen.userIds], [3, 7, 9]);
  assert.deepEqual([...seen.offsets], [0, 2, 3, 6]);
  assert.deepEqual([3, 7, 9].map((user) => [...seenBy(seen, user)]), [[10, 12], [11], [1, 2, 5]]);
  assert.deepEqual([0, 4, 8, 10].map((user) => seenBy(seen, user).length), [0, 0, 0, 0]);
});

Deno.test("createSeenLists() grows past its first room", () => {
  const lists = createSeenLists();
  for (let user = 0; user < 3_000; user++) {
    for (let movie = 0; movie < 20; movie++) lists.add(user, movie * 2);
  }
  const seen = lists.finish();
  assert.equal(seen.userIds.length, 3_000);
  assert.equal(seen.movies.length, 60_000);
  assert.equal(seen.offsets.at(-1), 60_000);
  assert.deepEqual([...seenBy(seen, 2_999)], Array.from({ length: 20 }, (_, movie) => movie * 2));
});

Deno.test("createSeenLists() of nothing has one offset", () => {
  const seen = createSeenLists().finish();
  assert.deepEqual([...seen.offsets], [0]);
  assert.equal(seenBy(seen, 1).length, 0);
});

Deno.test("createSeenLists() refuses pairs out of order, and repeats", () => {
  for (const [user, movie] of [[4, 9], [5, 10], [5, 9]]) {
    const lists = createSeenLists();
    lists.add(5, 10);
    assert.throws(() => lists.add(user, movie), {
      message: `Cannot add movie ${movie} of user ${user} as pairs come in ascending order: ` +
        "found them after movie 10 of user 5",
    });
  }
});

Deno.test("indexOfId() finds each id, and none that is not there", () => {
  for (let length = 0; length < 9; length++) {
    const ids = Int32Array.from({ length }, (_, i) => 10 * i);
    for (let i = 0; i < length; i++) assert.equal(indexOfId(ids, 10 * i), i);
    for (const absent of [-5, 5, 10 * length, 10 * length + 5]) assert.equal(indexOfId(ids, absent), -1);
  }
});
