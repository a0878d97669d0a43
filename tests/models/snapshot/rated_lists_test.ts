import assert from "@std/assert";
import { movieOf } from "../../../models/rating_entry.ts";
import { createRatedLists, isRated, ratedBy, starsIn } from "../../../models/snapshot/rated_lists.ts";

Deno.test("createRatedLists() keeps each user's ratings, and nobody else's", () => {
  const lists = createRatedLists();
  const given = [[3, 10, 5], [3, 12, 0.5], [7, 11, 3], [9, 1, 4.5], [9, 2, 1], [9, 5, 2]];
  for (const [user, movie, stars] of given) lists.add(user, movie, stars);
  const rated = lists.finish();
  assert.deepEqual([...rated.userIds], [3, 7, 9]);
  assert.deepEqual([...rated.offsets], [0, 2, 3, 6]);
  for (const [user, movie, stars] of given) {
    assert.equal(starsIn(ratedBy(rated, user), movie), stars);
    assert.ok(isRated(ratedBy(rated, user), movie));
  }
  for (const movie of [0, 3, 4, 6]) assert.equal(starsIn(ratedBy(rated, 9), movie), null);
  assert.deepEqual([0, 4, 8, 10].map((user) => ratedBy(rated, user).length), [0, 0, 0, 0]);
});

Deno.test("createRatedLists() grows past its first room", () => {
  const lists = createRatedLists();
  for (let user = 0; user < 3_000; user++) {
    for (let movie = 0; movie < 20; movie++) lists.add(user, movie * 2, 3.5);
  }
  const rated = lists.finish();
  assert.equal(rated.userIds.length, 3_000);
  assert.equal(rated.offsets.at(-1), 60_000);
  const last = Array.from(ratedBy(rated, 2_999), movieOf);
  assert.deepEqual(last, Array.from({ length: 20 }, (_, movie) => movie * 2));
});

Deno.test("createRatedLists() refuses ratings out of order, and repeats", () => {
  for (const [user, movie] of [[4, 9], [5, 10], [5, 9]]) {
    const lists = createRatedLists();
    lists.add(5, 10, 3);
    assert.throws(() => lists.add(user, movie, 3), {
      message: `Cannot add movie ${movie} of user ${user} as ratings come in ascending order: ` +
        "found them after movie 10 of user 5",
    });
  }
});
