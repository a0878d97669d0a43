import assert from "@std/assert";
import { compareAnswers } from "../../../tasks/evaluation/compare.ts";
import { createFolder, csv, runCommand, seededLines } from "./_files.ts";

const none = { header: "", rows: () => [], figures: [] };
const users = Int32Array.from({ length: 60 }, (_, row) => Math.floor(row / 2));
const test = { users, movies: new Int32Array(60), ratings: new Float64Array(60).fill(3), ratedAt: null };
const options = { test, targets: new Map(), n: 2, seed: 1 };
const predicting = (of: (row: number) => number) => ({
  ...none,
  predicted: Float64Array.from(users, (_, row) => of(row)),
});

Deno.test("compareAnswers() finds the difference of the RMSEs, with an interval that a constant one makes narrow", () => {
  const rival = { name: "rival", answers: predicting(() => 4) };
  const found = compareAnswers(predicting(() => 3.5), { ...options, rival });
  assert.deepEqual(found, {
    rival: "rival",
    metric: "rmse",
    difference: -0.5,
    low: -0.5,
    high: -0.5,
    confidence: 0.95,
    people: 30,
  });
  // Better for one person in six, as much worse for another.
  const even = compareAnswers(predicting((row) => row < 10 ? 3 : row < 20 ? Math.SQRT2 + 3 : 4), {
    ...options,
    rival,
  });
  assert.ok(Math.abs(even.difference) < 1e-9 && even.low < -0.05 && even.high > 0.05, JSON.stringify(even));
});

Deno.test("compareAnswers() of lists goes by nDCG, above 0 where the model is better, over people with a target", () => {
  const lists = (movies: number[]) => ({
    ...none,
    lists: new Map(Array.from({ length: 30 }, (_, user) => [user, { movies: Int32Array.from(movies) }])),
  });
  const targets = new Map(Array.from({ length: 30 }, (_, user) => [user, new Set(user < 20 ? [7] : [])]));
  const rival = { name: "rival", answers: lists([1, 7]) };
  const found = compareAnswers(lists([7, 1]), { ...options, rival, targets });
  assert.deepEqual([found.people, found.metric], [20, "ndcg@2"]);
  const ofCandidates = compareAnswers(lists([7, 1]), { ...options, rival, targets, isSampled: true });
  assert.equal(ofCandidates.metric, "sampled_ndcg@2");
  assert.ok(Math.abs(found.difference - (1 - 1 / Math.log2(3))) < 1e-12 && found.low > 0);
});

Deno.test("evaluate --compare prints the difference to a rival on the same people", async () => {
  await using folder = await createFolder();
  const ratings = await folder.write("all.csv", csv(seededLines(400)));
  const args = ["--ratings", ratings, "--model", "bias", "--set", "user_bias=deviation", "--compare", "bias"];
  const { code, stdout, stderr } = await runCommand("evaluate", args);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /rmse against bias: [+−]0\.\d{4}, 95 % interval over \d+ people [+−]0\.\d{4} to [+−]0\.\d{4}/,
  );
  const json = JSON.parse((await runCommand("evaluate", [...args, "--json"])).stdout);
  assert.ok(
    json.comparison.low <= json.comparison.difference && json.comparison.difference <= json.comparison.high,
  );
});
