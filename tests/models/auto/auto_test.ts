import assert from "@std/assert";
import { fitAuto } from "../../../models/auto/auto.ts";
import type { Protocol } from "../../../models/auto/question.ts";
import { momentAfter } from "../../../models/evaluation/frozen.ts";
import { datasetOf, ratingsOf, seededRows } from "../../support/ratings.ts";

const { signal } = new AbortController();
const { catalogue, rows } = seededRows(1500);
const dataset = datasetOf(catalogue, ratingsOf(rows));

for (const protocol of ["rating", "ranking", "candidates"] satisfies Protocol[]) {
  Deno.test(`fitAuto() answers a question of protocol ${protocol}, newcomers' too`, async () => {
    const users = Int32Array.from({ length: 80 }, (_, i) => i % 40);
    const question = { protocol, users, ratedAt: null };
    const { scorer } = await fitAuto(dataset, { question, seed: 1, signal, log() {}, progress() {} });
    const moment = await momentAfter(dataset, signal);
    const scores = new Float32Array(catalogue.movies.size);
    for (const user of [0, 700]) {
      if (protocol === "rating") scores.fill(scorer.predict!(moment, user, 3));
      else scorer.retriever!(moment)(moment, user, scores);
      assert.ok(scores.every(Number.isFinite));
    }
  });
}
