import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import { createEase, type EaseWeights } from "../../../models/ease/ease.ts";
import { ease, fitEase } from "../../../models/ease/fit.ts";
import type { SparseRows } from "../../../models/interactions.ts";
import { observe } from "../../../models/ratings.ts";
import { createRng } from "../../../models/rng.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row } from "../../support/ratings.ts";
import { compute } from "../../support/compute.ts";

const options = { seed: 1, signal: new AbortController().signal, compute, log() {}, progress() {} };
const LAMBDA = 3;

/** Every person meets a third of the movies or so, with weights of all kinds. */
function world(nUsers: number, nMovies: number) {
  const rng = createRng(nUsers);
  const rows: Row[] = Array.from({ length: nUsers }, (_, user) => user).flatMap((user) =>
    Array.from({ length: nMovies }, (_, movie): Row => [user, movie, (1 + rng.below(10)) / 2])
      .filter(() => rng.uniform() < 0.35)
  );
  const starts = new Int32Array(nUsers + 1);
  for (const [user] of rows) starts[user + 1]++;
  for (let user = 0; user < nUsers; user++) starts[user + 1] += starts[user];
  const x: SparseRows = {
    nRows: nUsers,
    nColumns: nMovies,
    starts,
    columns: Int32Array.from(rows, ([, movie]) => movie),
    values: Float32Array.from(rows, ([, , stars]) => stars / 5),
  };
  const catalogue = createCatalogue(
    Array.from({ length: nMovies }, (_, m) => ({ id: 10 + m, year: null, genres: [] })),
    1,
  );
  return { rows, x, catalogue };
}

type World = ReturnType<typeof world>;

const fit = ({ x, catalogue }: World, max = 100) =>
  fitEase(x, catalogue.movies.ids, { ...options, regularisation: LAMBDA, max_movies: max });

/** B [movies × movies] read off the scorer: one row for a newcomer who has met only movie i. */
function weightsOf({ catalogue }: World, weights: EaseWeights): Float32Array[] {
  const scorer = createEase(weights, { taste: "all", half_life: null });
  return Array.from({ length: catalogue.movies.size }, (_, movie) => {
    const moment = emptyMoment(catalogue);
    observe(moment, ratingsOf([[0, movie, 5]]), 0);
    const out = new Float32Array(catalogue.movies.size);
    scorer.retriever(moment)(moment, 0, out);
    return out;
  });
}

Deno.test("ease has a zero diagonal, and elsewhere the objective's gradient is zero, in both forms", async () => {
  for (const [nUsers, nMovies, form] of [[40, 12, "primal"], [9, 14, "dual"]] as const) {
    const world_ = world(nUsers, nMovies);
    const fitted = await fit(world_);
    assert.equal("weights" in fitted.form ? "primal" : "dual", form);
    const b = weightsOf(world_, fitted);
    const x = Array.from({ length: nUsers }, () => new Float64Array(nMovies));
    world_.rows.forEach(([user, movie, stars]) => x[user][movie] = stars / 5);
    for (let j = 0; j < nMovies; j++) {
      // Popularity, which orders equal scores, stays in: 1e-6 at most.
      assert.ok(Math.abs(b[j][j]) < 1e-5, `B_${j}${j} is ${b[j][j]}`);
      const left = x.map((row) => row[j] - row.reduce((sum, value, i) => sum + value * b[i][j], 0));
      for (let i = 0; i < nMovies; i++) {
        if (i === j) continue;
        const gradient = -x.reduce((sum, row, u) => sum + row[i] * left[u], 0) + LAMBDA * b[i][j];
        assert.ok(Math.abs(gradient) < 1e-4, `${form}: the gradient at ${i}, ${j} is ${gradient}`);
      }
    }
  }
});

Deno.test("ease scores a newcomer by their history, with recent ratings ahead, and nobody by popularity", async () => {
  const world_ = world(40, 12);
  const fitted = await fit(world_);
  const b = weightsOf(world_, fitted);
  const moment = emptyMoment(world_.catalogue);
  const history = ratingsOf([[3, 2, 1], [3, 5, 5]]);
  for (const row of [0, 1]) observe(moment, history, row);
  const out = new Float32Array(12);
  createEase(fitted, { taste: "all", half_life: 1 }).retriever(moment)(moment, 3, out);
  out.forEach((score, j) => assert.ok(Math.abs(score - (b[2][j] / 2 + b[5][j])) < 1e-5));
  createEase(fitted, { taste: "all", half_life: 1 }).retriever(moment)(moment, 4, out);
  const counts = fitted.counts;
  const byScore = [...out.keys()].sort((i, j) => out[j] - out[i] || i - j);
  assert.deepEqual(byScore, [...counts.keys()].sort((i, j) => counts[j] - counts[i] || i - j));
});

Deno.test("ease keeps movies by their ids, and takes a catalogue that has grown and changed its order", async () => {
  const { rows, catalogue } = world(40, 12);
  const { artifact } = await ease.fit(datasetOf(catalogue, ratingsOf(rows)), {}, options);
  const grown = createCatalogue(
    [99, ...[...catalogue.movies.ids].reverse()].map((id) => ({ id, year: null, genres: [] })),
    1,
  );
  const score = (of: typeof catalogue) => {
    const moment = emptyMoment(of);
    observe(moment, ratingsOf([[0, of.movies.get(12)!, 5]]), 0);
    const out = new Float32Array(of.movies.size);
    ease.open(artifact).retriever!(moment)(moment, 0, out);
    return (id: number) => out[of.movies.get(id)!];
  };
  const [before, after] = [score(catalogue), score(grown)];
  for (const id of catalogue.movies.ids) assert.equal(after(id), before(id));
  assert.equal(after(99), 0);
});

Deno.test("ease refuses a catalogue beyond max_movies, and says what to do", async () => {
  await assert.rejects(fit(world(40, 12), 11), /12 movies.*max_movies is 11.*Next: choose model als/s);
  await assert.rejects(
    ease.fit(datasetOf(world(3, 3).catalogue, ratingsOf([])), {}, options),
    /at least 1 entry/,
  );
});
