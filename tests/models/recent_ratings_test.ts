import assert from "@std/assert";
import { Histories } from "../../models/histories.ts";
import { movieOf, starsOf } from "../../models/rating_entry.ts";
import { RecentRatings } from "../../models/recent_ratings.ts";
import { createRng } from "../../models/rng.ts";

const N = 5;

/** Random ratings and re-ratings of 8 users, and after each what `check` says. */
function walk(steps: number, each: (user: number, movie: number, stars: number, replaces: number) => void) {
  const rng = createRng(3);
  const current = new Map<string, number>();
  for (let step = 0; step < steps; step++) {
    const [user, movie, stars] = [rng.below(8), rng.below(40), (1 + rng.below(10)) / 2];
    each(user, movie, stars, current.get(`${user} ${movie}`) ?? NaN);
    current.set(`${user} ${movie}`, stars);
  }
}

const lastOf = (histories: Histories, user: number) => {
  const { movies, stars } = histories.of(user);
  return Array.from(movies, (movie, i) => [movie, stars[i]]).slice(-N);
};

const read = (recent: RecentRatings, [start, end]: [number, number]) =>
  Array.from(recent.log.subarray(start, end), (entry) => [movieOf(entry), starsOf(entry)]);

Deno.test("RecentRatings gives the last n current ratings, as the histories have them", () => {
  const [recent, histories] = [new RecentRatings(N), new Histories()];
  let step = 0;
  walk(3000, (user, movie, stars, replaces) => {
    assert.deepEqual(read(recent, [recent.startOf(user), recent.endOf(user)]), lastOf(histories, user));
    recent.observe(user, movie, stars, replaces);
    histories.observe(user, movie, stars);
    if (++step % 700 === 0) recent.compact();
  });
});

Deno.test("RecentRatings leaves what it once gave as it was, whatever comes later", () => {
  const [recent, histories] = [new RecentRatings(N), new Histories()];
  const given: { place: [number, number]; wanted: number[][] }[] = [];
  walk(2000, (user, movie, stars, replaces) => {
    given.push({ place: [recent.startOf(user), recent.endOf(user)], wanted: lastOf(histories, user) });
    recent.observe(user, movie, stars, replaces);
    histories.observe(user, movie, stars);
  });
  for (const { place, wanted } of given) assert.deepEqual(read(recent, place), wanted);
});

Deno.test("RecentRatings goes on from what people had rated before", () => {
  const [histories, before] = [new Histories(), new Histories()];
  let recent: RecentRatings | null = null;
  let step = 0;
  walk(800, (user, movie, stars, replaces) => {
    if (step++ < 400) before.observe(user, movie, stars);
    else {
      recent ??= new RecentRatings(N, before);
      assert.deepEqual(read(recent, [recent.startOf(user), recent.endOf(user)]), lastOf(histories, user));
      recent.observe(user, movie, stars, replaces);
    }
    histories.observe(user, movie, stars);
  });
});
