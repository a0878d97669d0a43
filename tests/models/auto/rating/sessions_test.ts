import assert from "@std/assert";
import { createCatalogue } from "../../../../models/catalogue.ts";
import { factsOf } from "../../../../models/auto/rating/facts.ts";
import { createSessions, SESSION_FEATURES } from "../../../../models/auto/rating/sessions.ts";

const near = (found: number, wanted: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found} is not ${wanted}`);

const catalogue = createCatalogue(
  [[0], [0, 1], [1], []].map((genres, m) => ({ id: m + 1, year: 2000, genres })),
  2,
);
// User 0 rates movies 0 and 1 at 100 s and 160 s, with errors 1 and −0.5; user 1 one movie; user 2 none.
const triples = {
  users: Int32Array.of(0, 0, 1),
  movies: Int32Array.of(1, 0, 2),
  stars: Float32Array.of(3, 4, 5),
  ratedAt: Float64Array.of(160, 100, 900),
};
const sessions = createSessions(triples, {
  residuals: Float64Array.of(-0.5, 1, 2),
  catalogue,
  nUsers: 3,
});

function features(user: number, movie: number, ratedAt?: number): Record<string, number> {
  const out = new Float64Array(SESSION_FEATURES.length + 1).fill(9);
  sessions.write({ user, movie, ratedAt }, out, 1);
  assert.equal(out[0], 9);
  return Object.fromEntries(SESSION_FEATURES.map((name, k) => [name, out[k + 1]]));
}

Deno.test("sessions weigh a person's errors by nearness in time, worked out by hand", () => {
  const found = features(0, 2, 160);
  const weight = Math.exp(-1);
  near(found.session_60s, (weight * 1 - 0.5) / (weight + 1 + 1.5));
  near(found.nearest_1, (1 - 0.5) / (2 + 1)); // one before, the one at the very time counts as after
  near(found.just_before, 1 / (1 + 1.5));
  // Movie 2 has genre 1: nothing in common with movie 0, 1/√2 with movie 1.
  near(found.session_same_genres, -0.5 * Math.SQRT1_2 / (Math.SQRT1_2 + 1.5));
  near(found.same_genres, -0.5 * Math.SQRT1_2 / (Math.SQRT1_2 + 3));
});

Deno.test("sessions say nothing of newcomers, and without a time only what needs none", () => {
  assert.ok(Object.values(features(2, 1, 100)).every((value) => value === 0));
  const { same_genres, ...others } = features(0, 2);
  assert.ok(same_genres !== 0 && Object.values(others).every((value) => value === 0));
  assert.equal(sessions.newest(0), 160);
  assert.equal(sessions.first(0), 100);
  assert.ok(Number.isNaN(sessions.newest(2)));
});

Deno.test("factsOf() solves biases of users and movies together", () => {
  const facts = factsOf(triples, { nUsers: 3, nMovies: 4 });
  near(facts.mean, 4);
  // At the solution b = Σ(r − g − other) / (n + 4), for user 0 and movie 2.
  const { userBias, movieBias } = facts;
  near(userBias[0], (3 - 4 - movieBias[1] + 4 - 4 - movieBias[0]) / 6, 1e-4);
  near(movieBias[2], (5 - 4 - userBias[1]) / 5, 1e-4);
  near(facts.residuals[2], 5 - 4 - userBias[1] - movieBias[2]);
  near(facts.movieDeviation[2], 1 / 6);
  near(facts.raterBias[2], userBias[1] / 6);
  assert.equal(userBias[2], 0);
  near(facts.userSpread[2], 1);
  near(facts.movieSpread[2], 1 + (facts.residuals[2] ** 2 - 1) / 6);
});
