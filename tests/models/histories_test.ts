import assert from "@std/assert";
import fc from "fast-check";
import { Histories } from "../../models/histories.ts";

Deno.test("Histories hold each user's current stars, whatever is rated, rated again and taken back", () => {
  const few = fc.nat(40);
  const stars = fc.integer({ min: 1, max: 10 }).map((half) => half / 2);
  const step = fc.record({ user: fc.nat(2), movie: few, stars, isUndone: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const histories = new Histories();
    const wanted = [0, 1, 2].map(() => new Map<number, number>());
    for (const { user, movie, stars, isUndone } of steps) {
      const before = wanted[user].get(movie);
      histories.observe(user, movie, stars);
      if (isUndone) histories.unobserve(user, movie, before ?? NaN);
      else wanted[user].set(movie, stars);
    }
    for (const [user, ratings] of wanted.entries()) {
      const found = histories.of(user);
      // In order of first arrival, so that sums over them are the same to the last bit on every machine.
      assert.deepEqual([...found.movies], [...ratings.keys()]);
      assert.deepEqual([...found.stars], [...ratings.values()]);
    }
  }));
});

Deno.test("Histories of somebody unknown are empty, and undoing there does nothing", () => {
  const histories = new Histories();
  histories.unobserve(7, 0, NaN);
  assert.equal(histories.of(7).movies.length, 0);
});
