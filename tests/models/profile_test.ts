import assert from "@std/assert";
import { createCatalogue } from "../../models/catalogue.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { drift, type Profile, profileOf } from "../../models/profile.ts";
import { createRatings, type Ratings } from "../../models/ratings.ts";
import { createRng } from "../../models/rng.ts";
import { isSampled } from "../../models/evaluation/split.ts";

const catalogue = createCatalogue(
  Array.from(
    { length: 20 },
    (_, i) => ({ id: i + 1, year: i % 10 === 9 ? null : 1980 + i, genres: [i % 2] }),
  ),
  2,
);
const options = () => ({ state: new FeatureState(catalogue), seed: 1 });

/** `n` seeded ratings; `star` gives the stars. */
function ratingsOf(
  n: number,
  { seed = 1, star = (u: number) => 0.5 + Math.floor(10 * u) / 2, firstId = 1 } = {},
): Ratings {
  const rng = createRng(seed);
  const ratings = createRatings(n);
  for (let row = 0; row < n; row++) {
    ratings.ratingIds[row] = firstId + row;
    ratings.users[row] = rng.below(30);
    ratings.movies[row] = rng.below(20);
    ratings.ratings[row] = star(rng.uniform());
  }
  return ratings;
}

/** Four ratings: users 0, 0, 1, 0 of movies 0, 1, 0, 9 (which has no year). */
function fewRatings(): Ratings {
  const ratings = createRatings(4);
  ratings.users.set([0, 0, 1, 0]);
  ratings.movies.set([0, 1, 0, 9]);
  ratings.ratings.set([4, 2, 5, 1]);
  ratings.ratingIds.set([1, 2, 3, 4]);
  return ratings;
}

const total = ({ counts }: { counts: number[] }) => counts.reduce((sum, n) => sum + n, 0);

Deno.test("profileOf() counts each rating once, as of before it", async () => {
  const profile = await profileOf([fewRatings()], options());
  assert.deepEqual(Object.keys(profile), [
    "rating",
    "user_count",
    "user_mean",
    "movie_count",
    "movie_mean",
    "movie_year",
  ]);
  // Before each: user 0 had 0 and 1 ratings, user 1 had 0, user 0 had 2; movie 0 had 0, later 1.
  assert.deepEqual(profile.user_count, { edges: [1, 2], counts: [2, 1, 1] });
  assert.deepEqual(profile.movie_count, { edges: [1], counts: [3, 1] });
  assert.deepEqual(profile.rating, { edges: [2, 4, 5], counts: [1, 1, 1, 1] });
  // A mean is there from the second rating on: 4 of user 0, then (4 + 2) / 2; 4 of movie 0.
  assert.deepEqual(profile.user_mean, { edges: [4], counts: [1, 1] });
  assert.equal(total(profile.movie_mean), 1);
  assert.equal(total(profile.movie_year), 3, "movie 9 has no year");
});

Deno.test("profileOf() moves the state past the ratings, and looks at no stale one", async () => {
  const ratings = fewRatings();
  ratings.isStale[1] = 1;
  ratings.replaces[3] = 4; // a re-rating: no count more, and 3 stars less
  const { state, seed } = options();
  const profile = await profileOf([ratings], { state, seed });
  assert.deepEqual([state.nRatings, state.ratingSum, state.userSums[0]], [2, 6, 1]);
  assert.equal(total(profile.rating), 3);
});

Deno.test("profileOf() looks at a seeded share, and gives the same in any chunks", async () => {
  const ratings = ratingsOf(4_000);
  const share = 0.1;
  const profile = await profileOf([ratings], { ...options(), share });
  const sampled = ratings.ratingIds.filter((id) => isSampled(id, { seed: 1, share })).length;
  assert.equal(total(profile.rating), sampled);
  const halves = [0, 2_000].map((from) => {
    const half = createRatings(2_000);
    for (const name of ["ratingIds", "users", "movies", "ratings"] as const) {
      half[name].set(ratings[name].subarray(from, from + 2_000));
    }
    return half;
  });
  assert.deepEqual(await profileOf(halves, { ...options(), share }), profile);
  assert.ok(total((await profileOf([ratings], options())).rating) === 4_000);
});

Deno.test("profileOf() is JSON, and drift() reads it back", async () => {
  const ratings = ratingsOf(2_000);
  const profile: Profile = JSON.parse(JSON.stringify(await profileOf([ratings], options())));
  const same = await drift(profile, [ratings], options());
  assert.deepEqual(Object.values(same), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(await drift({ ...profile, gone: profile.rating }, [ratings], options()), same);
});

Deno.test("drift() stays low for another sample of the same, and finds stars that moved", async () => {
  const profile = await profileOf([ratingsOf(4_000)], options());
  const other = await drift(profile, [ratingsOf(4_000, { seed: 2 })], options());
  assert.ok(Object.values(other).every((psi) => psi < 0.1), JSON.stringify(other));
  const kind = await drift(
    profile,
    [ratingsOf(4_000, { seed: 2, star: (u) => 3 + Math.floor(5 * u) / 2 })],
    options(),
  );
  assert.ok(kind.rating > 0.5 && kind.user_mean > 0.5 && kind.movie_mean > 0.5, JSON.stringify(kind));
  assert.ok(kind.movie_year < 0.1 && kind.user_count < 0.1);
});
