import assert from "@std/assert";
import { fitBest } from "../../../models/auto/best.ts";
import { fitRanking } from "../../../models/auto/ranking.ts";
import { listFor, momentAfter } from "../../../models/evaluation/frozen.ts";
import { ndcgAt } from "../../../models/evaluation/metrics.ts";
import { FAMILY } from "../../../models/family.ts";
import type { Scorer } from "../../../models/model.ts";
import { createRng } from "../../../models/rng.ts";
import { countedUsers, datasetOf, ratingsOf, type Row } from "../../support/ratings.ts";
import { createCatalogue } from "../../../models/catalogue.ts";
import { compute } from "../../support/compute.ts";

const { signal } = new AbortController();
const options = { seed: 2, signal, compute, log() {}, progress() {} };
const N_MOVIES = 120;

/** 150 people walk along shelves of ten movies, in order, and now and then change the shelf: order matters. */
function walks(): Row[][] {
  const rng = createRng(8);
  return Array.from({ length: 150 }, (_, user) => {
    const seen = new Set<number>();
    const rows: Row[] = [];
    for (let at = rng.below(N_MOVIES); rows.length < 12 + rng.below(10);) {
      if (!seen.has(at)) rows.push([user, at, 3 + rng.below(5) / 2]);
      seen.add(at);
      const next = 10 * Math.floor(at / 10) + (at + 1) % 10;
      at = seen.has(next) || rng.uniform() < 0.3 ? rng.below(N_MOVIES) : next;
    }
    return rows;
  });
}

const catalogue = createCatalogue(
  Array.from({ length: N_MOVIES }, (_, m) => ({ id: 7 + m, year: 1990, genres: [0] })),
  1,
);
const walked = walks();
const train = ratingsOf(walked.flatMap((rows) => rows.slice(0, -1)));
/** Everybody comes at a time of their own. */
train.users.forEach((user, row) => train.ratedAt[row] = 1_000_000 + 5_000 * user + row);
const last = walked.map((rows) => rows[rows.length - 1]);
const dataset = { ...datasetOf(catalogue, train), users: countedUsers(1000) };
const question = {
  protocol: "ranking" as const,
  users: Int32Array.from(last, ([user]) => user),
  ratedAt: Float64Array.from(last, ([user]) => 1_000_000 + 5_000 * user + train.length),
};

async function quality(scorer: Scorer): Promise<number> {
  const moment = await momentAfter(dataset, signal);
  const lists = await listFor(scorer, { moment, people: question.users, n: 10, signal });
  return last.reduce((sum, [user, movie]) => sum + ndcgAt(lists.get(user)!.movies, new Set([movie]), 10), 0) /
    last.length;
}

Deno.test("fitRanking() learns that order matters, where no single model of the family sees it", async () => {
  const { scorer, report } = await fitRanking(dataset, { ...options, question });
  const found = await quality(scorer);
  const ease = await quality((await FAMILY.ease.fit(dataset, { taste: "all" }, options)).scorer);
  assert.ok(found > 1.1 * ease, `nDCG@10 is ${found}, EASE's ${ease}`);
  assert.match(String(report.weights), /next 3/);
  assert.match(String(report.validation), /newest/);
});

Deno.test("fitRanking() gives the same scores for the same seed, finite ones, and newcomers what is popular", async () => {
  const scores = await Promise.all([0, 1].map(async () => {
    const { scorer } = await fitRanking(dataset, {
      ...options,
      question: { ...question, protocol: "candidates", negatives: 9 },
    });
    const moment = await momentAfter(dataset, signal);
    return [3, 700].map((user) => {
      const out = new Float32Array(N_MOVIES);
      scorer.retriever!(moment)(moment, user, out);
      return out;
    });
  }));
  assert.deepEqual(scores[0], scores[1]);
  assert.ok(scores[0].every((list) => list.every(Number.isFinite)));
  const counts = new Float32Array(N_MOVIES);
  for (const movie of train.movies) counts[movie]++;
  const best = scores[0][1].indexOf(Math.max(...scores[0][1]));
  assert.equal(counts[best], Math.max(...counts));
});

Deno.test("fitRanking() fits nothing for a ranker that too few people could teach", async () => {
  const few = ratingsOf(walked.slice(0, 12).flatMap((rows) => rows.slice(0, -1)));
  const lines: string[] = [];
  const asked = { ...question, users: question.users.slice(0, 12), ratedAt: question.ratedAt.slice(0, 12) };
  const small = { ...datasetOf(catalogue, few), users: countedUsers(12) };
  const { report } = await fitRanking(small, {
    ...options,
    question: asked,
    log: (line) => void lines.push(line),
  });
  assert.ok(String(report.chosen) in FAMILY);
  assert.ok(lines.some((line) => line.includes("too few for a ranker")), lines.join("\n"));
  assert.ok(!lines.some((line) => /^(ease|als) .*λ/.test(line)), lines.join("\n"));
});

Deno.test("fitRanking() does without EASE where its matrix would be too large", async () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const { report } = await fitRanking(dataset, { ...options, question, log, mostEaseMovies: N_MOVIES - 1 });
  assert.equal(report.ease_lambda, "none: too many movies");
  assert.match(String(report.weights), /^als: /);
  assert.ok(!lines.some((line) => line.startsWith("ease")), lines.join("\n"));
});

Deno.test("fitRanking() fits nothing on likes where nobody likes anything", async () => {
  const lines: string[] = [];
  const cool = { ...train, ratings: train.ratings.map((stars) => Math.min(stars, 3.5)) };
  const asked = { ...options, question, log: (line: string) => void lines.push(line) };
  const { report } = await fitRanking({ ...datasetOf(catalogue, cool), users: countedUsers(1000) }, asked);
  assert.match(String(report.ease_lambda), /^\d+ \(all\), none \(liked\)$/);
  assert.ok(lines.some((line) => line.startsWith("nobody liked anything")), lines.join("\n"));
});

Deno.test("fitBest() takes no model whose loss is no number", async () => {
  const { popularity } = FAMILY;
  const broken = {
    ...popularity,
    fit: async (...args: Parameters<typeof popularity.fit>) => {
      const fitted = await popularity.fit(...args);
      return { ...fitted, scorer: { model: "broken", predict: () => NaN } };
    },
  };
  const rating = { ...question, protocol: "rating" as const };
  const { report } = await fitBest(dataset, {
    ...options,
    question: rating,
    family: { broken, bias: FAMILY.bias },
  });
  assert.equal(report.chosen, "bias");
});
