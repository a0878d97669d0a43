import assert from "@std/assert";
import type { Serving } from "../../../server/live/live.ts";
import { recommend } from "../../../server/recommend/recommend.ts";
import type { ListRequest } from "../../../server/recommend/request.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { servingOf } from "../_serving.ts";

const USER = userIdOf(4);
const ask = (on: Serving, request: Partial<ListRequest> = {}) =>
  recommend(on, { userId: USER, n: 20, explain: true, ...request }).items;

Deno.test("explain: parts of a linear model's score sum to it, whichever path made the list", async () => {
  const ratings = [{ movieId: movieIdOf(3), stars: 5 }, { movieId: movieIdOf(4), stars: 2 }];
  const cases: [Serving, Partial<ListRequest>][] = [
    [await servingOf(snapshotParts({ model: "als" })), {}],
    [await servingOf(snapshotParts({ model: "als" })), { userId: null, ratings }],
    // By genres: each movie's count times the mean share of its genres.
    [await servingOf(snapshotParts({ hasChampion: false })), {}],
    [await servingOf(snapshotParts({ hasChampion: false })), { userId: null }],
  ];
  for (const [serving, request] of cases) {
    const items = ask(serving, request);
    assert.ok(items.length > 0);
    for (const { rankingScore, because, others, rest, isApproximate } of items) {
      assert.equal(isApproximate, undefined);
      const named = because!.reduce((sum, { contribution }) => sum + contribution, 0);
      const sum = named + others! + rest!;
      assert.ok(Math.abs(sum - rankingScore) < 1e-6 * Math.max(1, rankingScore), `${sum} ≠ ${rankingScore}`);
    }
  }
});

Deno.test("explain: reasons are rated movies with their stars, the strongest first, ten at most", async () => {
  const serving = await servingOf(snapshotParts({ model: "als", seenShare: 0.5 }));
  const ratings = [{ movieId: movieIdOf(3), stars: 0.5 }];
  for (const { because } of ask(serving, { ratings })) {
    assert.ok(because!.length <= 10);
    because!.forEach(({ movie, stars, contribution }, i) => {
      assert.ok(contribution > 0 && (i === 0 || because![i - 1].contribution >= contribution));
      assert.ok(stars >= 0.5 && stars <= 5);
      if (movie === 3) assert.equal(stars, 0.5);
    });
  }
});

Deno.test("explain: of towers a reason is what leaving the rating out would change, and is called approximate", async () => {
  const serving = await servingOf(snapshotParts());
  const [three, eight] = [{ movieId: movieIdOf(3), stars: 5 }, { movieId: movieIdOf(8), stars: 1 }];
  const score = (ratings: ListRequest["ratings"], movie: number) => {
    const items = recommend(serving, { userId: null, n: 100, ratings }).items;
    return items.find((item) => item.movie === movie)!.rankingScore;
  };
  let looked = 0;
  for (
    const { movie, because, rest, others, isApproximate } of ask(serving, {
      userId: null,
      ratings: [three, eight],
    })
  ) {
    assert.deepEqual([rest, others, isApproximate], [undefined, undefined, true]);
    for (const { movie: rated, contribution } of because!) {
      looked++;
      const left = rated === 3 ? [eight] : [three];
      const difference = score([three, eight], movie) - score(left, movie);
      assert.ok(Math.abs(contribution - difference) < 1e-4, `${contribution} ≠ ${difference}`);
    }
  }
  assert.ok(looked > 0);
});

Deno.test("explain changes no list, and leaves nothing behind in the model", async () => {
  for (const model of ["als", "two_tower"] as const) {
    const serving = await servingOf(snapshotParts({ model }), [[USER, movieIdOf(3)]]);
    const plain = recommend(serving, { userId: USER, n: 20 });
    const bare = ask(serving).map(({ movie, retrievalScore, rankingScore }) => ({
      movie,
      retrievalScore,
      rankingScore,
    }));
    assert.deepEqual(bare, plain.items);
    assert.deepEqual(recommend(serving, { userId: USER, n: 20 }), plain);
  }
});
