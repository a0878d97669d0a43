import assert from "@std/assert";
import { movieOf, starsOf } from "../../../models/rating_entry.ts";
import { recommend } from "../../../server/recommend/recommend.ts";
import type { ListRequest } from "../../../server/recommend/request.ts";
import { whyNot } from "../../../server/recommend/why_not.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { servingOf } from "../_serving.ts";

const USER = userIdOf(4);
const PARTS = snapshotParts();
const serving = await servingOf(PARTS);
const request: ListRequest = { userId: USER, n: 10 };
const all = recommend(serving, { ...request, n: 100 }).items;
const obstacles = (movie: number, given: Partial<ListRequest> = {}, on = serving) =>
  whyNot(on, { ...request, ...given }, movieIdOf(movie)).obstacles;

Deno.test("whyNot() of a listed movie says where it stands, with the list's own scores", () => {
  const { movie, rankingScore, retrievalScore } = all[2];
  const found = whyNot(serving, request, movieIdOf(movie));
  assert.deepEqual(found.obstacles, []);
  assert.equal(found.listed, 3);
  assert.deepEqual([found.rankingScore, found.retrievalScore], [rankingScore, retrievalScore]);
  assert.deepEqual([found.source, found.path], ["two_tower", "model"]);
});

Deno.test("whyNot() of a movie that is not good enough says so, and its rank among all", () => {
  const { movie } = all[12];
  const found = whyNot(serving, request, movieIdOf(movie));
  assert.deepEqual(found.obstacles, [{ why: "below_the_cut", n: 10 }]);
  assert.equal(found.listed, null);
  // Seen movies count as well: among all it stands no higher than on the list.
  assert.ok(found.rank! >= 13);
});

Deno.test("whyNot() counts ranks from 1 to the number of movies, each once", () => {
  const ranks = PARTS.movies.ids.map((id) => whyNot(serving, request, id).rank!);
  assert.deepEqual([...ranks.sort()], Array.from(ranks.keys(), (i) => i + 1));
});

Deno.test("whyNot() tells each thing that keeps a movie off, also several", async () => {
  const [{ movie: best }] = all;
  const { snapshot } = serving;
  const genres = snapshot.genres.filter((name) => !snapshot.genresOf(best).includes(name));
  assert.deepEqual(obstacles(best, { genres, exclude: [movieIdOf(best)], yearFrom: 2300 }), [
    { why: "excluded" },
    { why: "filter", by: "genres" },
    { why: "filter", by: "years" },
  ]);
  assert.deepEqual(obstacles(best, { ratings: [{ movieId: movieIdOf(best), stars: 2.5 }] }), [
    { why: "seen", stars: 2.5, isNewer: true },
  ]);
  const hides = await servingOf(
    snapshotParts({ serving: { ...PARTS.serving, hide: { movies: [movieIdOf(best)], genres: [] } } }),
  );
  hides.newer.append([{ kind: "hidden", userId: USER, movieId: movieIdOf(best) }]);
  hides.newer.takeIn();
  assert.deepEqual(obstacles(best, {}, hides), [
    { why: "hidden", by: "person" },
    { why: "hidden", by: "operator" },
  ]);
});

Deno.test("whyNot() knows the stars of what was seen, before the snapshot and after it", async () => {
  const entry = PARTS.rated.entries[PARTS.rated.offsets[4]];
  assert.deepEqual(obstacles(movieOf(entry)), [{ why: "seen", stars: starsOf(entry), isNewer: false }]);
  const later = await servingOf(PARTS, [[USER, movieIdOf(all[0].movie)]]);
  assert.deepEqual(obstacles(all[0].movie, {}, later), [{ why: "seen", stars: 4, isNewer: true }]);
});

Deno.test("whyNot() of a movie that the catalogue lacks", () => {
  assert.deepEqual(whyNot(serving, request, 7).obstacles, [{ why: "not_in_catalogue" }]);
  assert.equal(whyNot(serving, request, 7).rank, null);
});
