import assert from "@std/assert";
import { fitBest } from "../../../models/auto/best.ts";
import { fitAuto } from "../../../models/auto/auto.ts";
import type { Protocol } from "../../../models/auto/question.ts";
import { momentAfter } from "../../../models/evaluation/frozen.ts";
import { datasetOf, ratingsOf, type Row, seededRows } from "../../support/ratings.ts";
import { compute } from "../../support/compute.ts";

const { signal } = new AbortController();
const { catalogue, rows } = seededRows(500);
const dataset = datasetOf(catalogue, ratingsOf(rows));

for (const protocol of ["rating", "ranking", "candidates"] satisfies Protocol[]) {
  Deno.test(`fitAuto() answers a question of protocol ${protocol}, newcomers' too`, async () => {
    const users = Int32Array.from({ length: 80 }, (_, i) => i % 40);
    const question = { protocol, users, ratedAt: null };
    const { scorer } = await fitAuto(dataset, {
      question,
      seed: 1,
      signal,
      compute,
      log() {},
      progress() {},
    });
    const moment = await momentAfter(dataset, signal);
    const scores = new Float32Array(catalogue.movies.size);
    for (const user of [0, 700]) {
      if (protocol === "rating") scores.fill(scorer.predict!(moment, user, 3));
      else scorer.retriever!(moment)(moment, user, scores);
      assert.ok(scores.every(Number.isFinite));
    }
  });
}

Deno.test("fitBest() answers from ten ratings by whatever model can learn from them, and says so", async () => {
  const rows: Row[] = Array.from({ length: 10 }, (_, i) => [i % 3, i, 1 + i % 5]);
  const said: string[] = [];
  const few = datasetOf(catalogue, ratingsOf(rows));
  const question = { protocol: "ranking" as const, users: Int32Array.of(0, 1, 2), ratedAt: null };
  const options = {
    question,
    seed: 1,
    signal,
    log: (message: string) => void said.push(message),
    progress() {},
  };
  const { scorer, report } = await fitBest(few, options);
  const scores = new Float32Array(catalogue.movies.size);
  scorer.retriever!(await momentAfter(few, signal))(await momentAfter(few, signal), 2, scores);
  assert.ok(scores.every(Number.isFinite));
  assert.ok(said.some((message) => message.startsWith('Cannot train "two_tower"')), said.join());
  assert.ok(String(report.chosen).length > 0 && String(report.validation).startsWith("each person's newest"));
});
