import assert from "@std/assert";
import { createWitness, WIDTH } from "../../../../models/auto/ranking/evidence.ts";
import { createCatalogue } from "../../../../models/catalogue.ts";
import { observe } from "../../../../models/ratings.ts";
import { emptyMoment, ratingsOf } from "../../../support/ratings.ts";

const catalogue = createCatalogue([1, 2, 3, 4, 5].map((id) => ({ id, year: null, genres: [] })), 1);

function momentOf() {
  const moment = emptyMoment(catalogue);
  observe(moment, ratingsOf([[0, 4, 5]]), 0);
  return moment;
}

const signal = (scores: number[]) => ({
  name: "given",
  retrieve: (_: unknown, _user: number, out: Float32Array) => out.set(scores),
});

Deno.test("createWitness() gives distances and ranks over the unseen movies, whatever the scale", () => {
  const scores = [4, 1, 2, 1, 3]; // the last is seen; of the others: mean 2, deviation √1.5
  for (const scale of [1, 1e-6]) {
    const witness = createWitness([signal(scores.map((score) => scale * score + 7 * scale))], 5);
    const { values, isSeen } = witness(momentOf(), 0);
    assert.deepEqual([...isSeen], [0, 0, 0, 0, 1]);
    const rank = (n: number) => -Math.log2(1 + n) / 3;
    const wanted = [
      [Math.log1p(2 / Math.sqrt(1.5)), rank(0)],
      [-Math.log1p(1 / Math.sqrt(1.5)), rank(2.5)],
      [
        0,
        rank(1),
      ],
      [-Math.log1p(1 / Math.sqrt(1.5)), rank(2.5)],
      [0, 0],
    ].flat();
    wanted.forEach((value, i) => {
      const found = values[i % WIDTH * 5 + Math.floor(i / WIDTH)];
      assert.ok(Math.abs(found - value) < 1e-3, `${values}`);
    });
  }
});

Deno.test("createWitness() keeps signals apart, and is finite where all scores are the same", () => {
  const witness = createWitness([signal([1, 1, 1, 1, 1]), signal([1, 2, 3, 4, 5])], 5);
  const { values } = witness(momentOf(), 0);
  assert.ok(values.every(Number.isFinite));
  const of = (s: number) => [0, 1, 2, 3].map((movie) => values[s * WIDTH * 5 + movie]);
  assert.deepEqual(of(0), [0, 0, 0, 0]);
  assert.deepEqual(of(1).toSorted((a, b) => a - b), of(1));
});
