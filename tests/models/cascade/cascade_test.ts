import assert from "@std/assert";
import { cascadeConfig } from "../../../models/cascade/cascade.ts";
import { cascade } from "../../../models/cascade/fit.ts";
import { partNewest } from "../../../models/cascade/newest.ts";
import { type Container, decode, encode } from "../../../models/container.ts";
import { momentAfter } from "../../../models/evaluation/frozen.ts";
import type { FitOptions } from "../../../models/model.ts";
import { openRanker } from "../../../models/ranker/ranker.ts";
import { popularity } from "../../../models/popularity.ts";
import { datasetOf, ratingsOf, type Row, seededRows } from "../../support/ratings.ts";
import { compute } from "../../support/compute.ts";

const { signal } = new AbortController();
const options: FitOptions = { seed: 5, signal, compute, log() {}, progress() {} };
const { catalogue, rows } = seededRows(3000);
const dataset = datasetOf(catalogue, ratingsOf(rows), 400);
const SMALL = {
  retriever: { model: "popularity" },
  advisers: [{ model: "item_knn", config: { taste: "liked" } }],
  retrieve: 20,
};

Deno.test("partNewest() keeps each person's oldest ratings, and says what they liked afterwards", async () => {
  // User 0: five ratings, so one comes after; user 1: four, so none.
  const own: Row[] = [[0, 1, 5], [1, 1, 5], [0, 2, 5], [1, 2, 5], [0, 3, 5], [0, 4, 2], [1, 3, 5], [1, 4, 5]];
  for (const [stars, liked] of [[4, [5]], [3.5, []]] as const) {
    const parted = await partNewest(datasetOf(catalogue, ratingsOf([...own, [0, 5, stars]]), 2), {
      share: 0.2,
      signal,
    });
    assert.deepEqual([...parted.liked.get(0) ?? []], liked);
    assert.equal(parted.liked.has(1), false);
    const moment = await momentAfter(parted.before, signal);
    assert.deepEqual([...moment.histories.of(0).movies], [1, 2, 3, 4]);
    assert.deepEqual([...moment.histories.of(1).movies], [1, 2, 3, 4]);
  }
});

Deno.test("partNewest() never asks about what is held out or no example", async () => {
  const ratings = ratingsOf([[0, 1, 5], [0, 2, 5], [0, 3, 5], [0, 4, 5]]);
  ratings.isHeldOut[3] = 1;
  const world = { ...datasetOf(catalogue, ratings), isExample: (_: unknown, row: number) => row !== 2 };
  assert.equal((await partNewest(world, { share: 0.5, signal })).liked.size, 0);
});

Deno.test("cascade puts what it retrieved on top, and the others below in the retriever's order", async () => {
  const { scorer } = await cascade.fit(dataset, SMALL, options);
  const { scorer: control } = await popularity.fit(dataset, {}, options);
  const moment = await momentAfter(dataset, signal);
  const [scores, counts] = [new Float32Array(60), new Float32Array(60)];
  scorer.retriever!(moment)(moment, 500, scores); // a newcomer has seen nothing
  control.retriever!(moment)(moment, 500, counts);
  const order = (of: Float32Array) => Array.from(of.keys()).sort((a, b) => of[b] - of[a] || a - b);
  const [found, wanted] = [order(scores), order(counts)];
  assert.deepEqual(new Set(found.slice(0, 20)), new Set(wanted.slice(0, 20)));
  assert.deepEqual(found.slice(20), wanted.slice(20));
  // Whoever has seen the most popular ones: these are not candidates, and stand below them as well.
  scorer.retriever!(moment)(moment, 3, scores);
  const seen = new Set(moment.histories.of(3).movies);
  const candidates = new Set(wanted.filter((movie) => !seen.has(movie)).slice(0, 20));
  const lowest = Math.min(...[...candidates].map((movie) => scores[movie]));
  assert.ok(scores.every((score, movie) => candidates.has(movie) || score < lowest));
});

Deno.test("cascade ranks better than its retriever where an adviser knows more", async () => {
  // People watch what they like: of other genres hardly anything.
  const watched = seededRows(2000).rows.filter(([user, movie], i) => user % 4 === movie % 4 || i % 8 === 0);
  const { before, liked } = await partNewest(datasetOf(catalogue, ratingsOf(watched)), {
    share: 0.2,
    signal,
  });
  const moment = await momentAfter(before, signal);
  const meanPlace = (scorer: Awaited<ReturnType<typeof cascade.fit>>["scorer"]) => {
    const scores = new Float32Array(60);
    const retrieve = scorer.retriever!(moment);
    const places = [...liked].flatMap(([user, movies]) => {
      retrieve(moment, user, scores);
      const seen = new Set(moment.histories.of(user).movies);
      return [...movies].filter((movie) => !seen.has(movie)).map((movie) =>
        scores.filter((score, m) => !seen.has(m) && score > scores[movie]).length
      );
    });
    return places.reduce((a, b) => a + b, 0) / places.length;
  };
  const all = { ...SMALL, retrieve: 60 };
  const one = meanPlace((await cascade.fit(before, all, options)).scorer);
  const other = meanPlace((await popularity.fit(before, {}, options)).scorer);
  assert.ok(one < other - 2, `mean place ${one}, popularity's ${other}`);
});

Deno.test("cascade config checks its members' own hyperparameters", () => {
  const faults = (config: unknown) =>
    cascadeConfig.safeParse(config).error?.issues.map(({ message }) => message);
  assert.equal(faults(SMALL), undefined);
  assert.match(String(faults({ retriever: { model: "popularity", config: { window: 3 } } })), /"window"/);
  assert.match(String(faults({ advisers: [{ model: "bias" }] })), /two_tower/);
});

Deno.test("cascade says when nobody liked what was retrieved", async () => {
  const nobody = datasetOf(catalogue, ratingsOf(rows.map(([user, movie]): Row => [user, movie, 1])));
  const config = { retriever: SMALL.retriever, advisers: [] };
  await assert.rejects(cascade.fit(nobody, config, options), /at least 5 people are needed.*found 0/);
});

const RATING = {
  retriever: {
    model: "two_tower",
    config: {
      preset: "content",
      features: "deviations",
      dimension: 8,
      hidden: [16],
      batch_size: 64,
      epochs: 2,
    },
  },
  retrieve: 20,
  ranker: { by: "rating", config: { hidden: [16], epochs: 3, batch_size: 64 } },
};

Deno.test("cascade by rating orders what its towers retrieve by the network's stars, the others below", async () => {
  const { scorer, artifact, report } = await cascade.fit(dataset, RATING, options);
  assert.ok(Number(report.validation_rmse) > 0);
  const { towers, predict } = openRanker({
    header: artifact.header.ranker as Container["header"],
    arrays: artifact.arrays,
  });
  const moment = await momentAfter(dataset, signal);
  const [scores, dots] = [new Float32Array(60), new Float32Array(60)];
  for (const user of [3, 500]) {
    scorer.retriever!(moment)(moment, user, scores);
    towers.retriever!(moment)(moment, user, dots);
    const seen = new Set(moment.histories.of(user).movies);
    const unseen = Array.from(dots.keys()).filter((movie) => !seen.has(movie));
    const candidates = unseen.sort((a, b) => dots[b] - dots[a] || a - b).slice(0, 20);
    for (const movie of candidates) {
      assert.equal(scores[movie], Math.fround(predict(moment, user, movie)));
      assert.equal(scorer.predict!(moment, user, movie), predict(moment, user, movie));
    }
    const lowest = Math.min(...candidates.map((movie) => scores[movie]));
    const others = Array.from(scores.keys()).filter((movie) => !candidates.includes(movie));
    assert.ok(others.every((movie) => scores[movie] < lowest), "all others stand below");
    const byDots = others.toSorted((a, b) => dots[b] - dots[a] || a - b);
    assert.deepEqual(others.toSorted((a, b) => scores[b] - scores[a] || a - b), byDots);
  }
});

Deno.test("cascade by rating says what it has no use for", () => {
  const faults = (config: object) =>
    cascadeConfig.safeParse({ ...RATING, ...config }).error?.issues.map(({ path, message }) =>
      `${path.join(".")}: ${message}`
    ).join("; ");
  assert.equal(faults({}), undefined);
  assert.match(faults({ retriever: { model: "ease" } })!, /^retriever\.model: .*two_tower/);
  assert.match(faults({ advisers: [{ model: "als" }] })!, /^advisers: by rating there are none/);
  assert.match(
    faults({ ranker: { by: "rating", config: { towers: {} } } })!,
    /towers: they are the retriever's/,
  );
  assert.match(faults({ ranker: { by: "rating", config: { hiden: [8] } } })!, /hiden/);
  assert.match(faults({ ranker: { by: "choice", config: { epochs: 3 } } })!, /by choice there are none/);
});

Deno.test("openCascade() refuses a damaged artifact", async () => {
  const { artifact } = await cascade.fit(dataset, SMALL, options);
  const { "ranker.weights": weights, ...arrays } = decode(encode(artifact)).arrays;
  assert.throws(
    () => cascade.open({ ...artifact, arrays }),
    /ranker\.weights should be 10 numbers: found nothing/,
  );
  const short = { ...arrays, "ranker.weights": weights.slice(1) };
  assert.throws(() => cascade.open({ ...artifact, arrays: short }), /should be 10 numbers: found 9/);
  const alone = { ...artifact.header, members: [] };
  assert.throws(() => cascade.open({ ...artifact, header: alone }), /should have 2 members/);
});
