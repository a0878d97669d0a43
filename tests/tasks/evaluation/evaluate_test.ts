/** `deno task evaluate` as a child process, from files to predictions and figures. */
import assert from "@std/assert";
import { ndcgAt, rmse } from "../../../models/evaluation/metrics.ts";
import { createFolder, csv, type Folder, HEADER, runCommand, seededLines } from "./_files.ts";

const lines = seededLines(400);
const [trainLines, testLines] = [lines.slice(0, 320), lines.slice(320)];
// A person and a movie that train does not know.
const odd = ["999,10,4,9000000", "3,777,5,9000001"];

async function files(folder: Folder) {
  const train = await folder.write("train.csv", csv(trainLines));
  const test = await folder.write("test.csv", csv([...testLines, ...odd]));
  return ["--train", train, "--test", test];
}

async function rowsOf(path: string): Promise<number[][]> {
  const [, ...rows] = (await Deno.readTextFile(path)).trim().split("\n");
  return rows.map((row) => row.split(",").map(Number));
}

Deno.test("evaluate --protocol rating predicts every row of test in its order, and its RMSE is theirs", async () => {
  await using folder = await createFolder();
  const out = folder.path("out.csv");
  const args = [...await files(folder), "--model", "bias", "--predictions", out, "--json"];
  const { code, stdout, stderr } = await runCommand("evaluate", args);
  assert.equal(code, 0, stderr);
  const predictions = await rowsOf(out);
  const asked = [...testLines, ...odd].map((line) => line.split(",").map(Number));
  assert.deepEqual(
    predictions.map(([user, movie]) => [user, movie]),
    asked.map(([user, movie]) => [user, movie]),
  );
  assert.ok(predictions.every(([, , score]) => score >= 1 && score <= 5));
  const result = JSON.parse(stdout);
  const found = rmse(predictions.map(([, , score]) => score), asked.map(([, , stars]) => stars));
  assert.ok(Math.abs(result.metrics.rmse - found) < 1e-6);
  assert.equal(result.n, asked.length);
  assert.equal(result.candidates, null);
  assert.ok(result.fit.cpu_s >= 0 && result.fit.wall_s > 0);
  assert.equal(result.slices.new.n, 1);
});

Deno.test("evaluate --protocol ranking lists the top n unseen for everybody in test", async () => {
  await using folder = await createFolder();
  const out = folder.path("out.csv");
  const args = [...await files(folder), "--model", "popularity", "--protocol", "ranking", "-n", "4"];
  const { code, stdout, stderr } = await runCommand("evaluate", [...args, "--predictions", out, "--json"]);
  assert.equal(code, 0, stderr);
  const seen = new Set(trainLines.map((line) => line.split(",").slice(0, 2).join()));
  const asked = [...testLines, ...odd].map((line) => line.split(",").map(Number));
  const lists = new Map<number, number[]>();
  for (const [user, rank, movie] of await rowsOf(out)) {
    assert.ok(!seen.has(`${user},${movie}`), `${user} has seen ${movie}`);
    const list = lists.get(user) ?? [];
    lists.set(user, list);
    assert.equal(list.push(movie), rank);
  }
  assert.deepEqual(new Set(lists.keys()), new Set(asked.map(([user]) => user)));
  const gains = [...lists].flatMap(([user, list]) => {
    const liked = new Set(asked.filter(([u, , stars]) => u === user && stars >= 4).map(([, movie]) => movie));
    return liked.size > 0 ? [ndcgAt(list, liked, 4)] : [];
  });
  const result = JSON.parse(stdout);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  assert.ok(Math.abs(result.metrics["ndcg@4"] - mean) < 1e-12);
  assert.match(result.candidates, /^full: all unseen of 26 movies/);
});

Deno.test("evaluate --protocol candidates scores positives and negatives, and says that it is sampled", async () => {
  await using folder = await createFolder();
  const out = folder.path("out.csv");
  const negatives = await folder.write("negatives.csv", csv(["3,20", "3,30", "999,40"], "userId,movieId"));
  const test = await folder.write("one.csv", csv(odd));
  const [, train] = await files(folder);
  const args = ["--train", train, "--test", test, "--negatives", negatives, "--model", "popularity"];
  const { code, stdout, stderr } = await runCommand("evaluate", [...args, "--predictions", out, "--json"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual((await rowsOf(out)).map(([user, movie]) => [user, movie]), [
    [999, 10],
    [3, 777],
    [3, 20],
    [3, 30],
    [999, 40],
  ]);
  const result = JSON.parse(stdout);
  assert.match(result.candidates, /^sampled/);
  assert.ok(Object.keys(result.metrics).every((name) => name.startsWith("sampled_")));
  const { stdout: text } = await runCommand("evaluate", args);
  assert.match(text, /candidates {3}sampled: /);
  assert.ok(text.includes("sampled_ndcg@10") && !/(?<!sampled_)ndcg@10/.test(text));
});

Deno.test("evaluate exits 2 with what is wrong, where, and leaves nothing behind", async () => {
  await using folder = await createFolder();
  const [, train, , test] = await files(folder);
  const before = folder.names();
  const broken = await folder.write("broken.csv", csv(["1,2,3,4", "1,x,3,4"]));
  const empty = await folder.write("empty.csv", "");
  const bare = await folder.write("bare.csv", `${HEADER}\n`);
  const short = await folder.write("short.csv", csv(["1,2,3"], "userId,movieId,timestamp"));
  const fits = ["--train", train, "--test", test];
  const cases: [string[], RegExp][] = [
    [["--test", test, "--model", "bias"], /Cannot evaluate but with --train/],
    [[...fits, "--model", "bais"], /Did you mean "bias"/],
    [[...fits, "--model", "bias", "--set", "user_shrinkag=3"], /did you mean "user_shrinkage"/],
    [[...fits, "--model", "bias", "--modle", "x"], /Did you mean "--model"/],
    [[...fits, "--model", "bias", "-n", "0"], /whole number from 1 on: found "0"/],
    [[...fits, "--model", "popularity"], /only ranks/],
    [[...fits, "--model", "bias", "--protocol", "candidates"], /without --negatives/],
    [[...fits, "--model", "bias", "--predictions", folder.path("no/where.csv")], /no\/where\.csv/],
    [["--train", broken, "--test", test, "--model", "bias"], /broken\.csv" as in its line 3 movieId/],
    [["--train", empty, "--test", test, "--model", "bias"], /empty\.csv" as it is empty/],
    [["--train", bare, "--test", test, "--model", "bias"], /bare\.csv" as it has no row/],
    [[...fits, "--model", "bias", "--predictions", train], /train\.csv" as it is one of the files/],
    [["--train", train, "--test", short, "--model", "bias"], /short\.csv" as its line 1 .* rating/],
    [["--train", folder.path("."), "--test", test, "--model", "bias"], /found a folder/],
    [["--train", folder.path("none.csv"), "--test", test, "--model", "bias"], /none\.csv/],
  ];
  const predictions = ["--predictions", folder.path("out.csv")];
  await Promise.all(cases.map(async ([args, message]) => {
    const own = args.includes("--predictions") ? args : [...args, ...predictions];
    const { code, stderr, stdout } = await runCommand("evaluate", own);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(stdout, "");
  }));
  const added = ["broken.csv", "empty.csv", "bare.csv", "short.csv"];
  assert.deepEqual(folder.names(), [...before, ...added].sort());
});

Deno.test("evaluate says the same with the same seed", async () => {
  await using folder = await createFolder();
  const model = ["--model", "fm", "--set", "iterations=6", "burn_in=2", "rank=2"];
  const args = [...await files(folder), ...model, "--seed", "4"];
  const outs = await Promise.all(["a.csv", "b.csv"].map(async (name) => {
    const { code, stderr } = await runCommand("evaluate", [...args, "--predictions", folder.path(name)]);
    assert.equal(code, 0, stderr);
    return await Deno.readTextFile(folder.path(name));
  }));
  assert.equal(outs[0], outs[1]);
});

Deno.test("evaluate predicts on the scale of train, whatever it is, and never beyond it", async () => {
  await using folder = await createFolder();
  // Person 1 gives 100 to movies that others give 0; movie 10 gets 100 of everybody else.
  const rows = Array.from({ length: 9 }, (_, i) => [`1,${i + 1},100`, `2,${i + 1},0`, `3,${i + 1},0`]).flat();
  const train = await folder.write(
    "train.csv",
    csv([...rows, "2,10,100", "3,10,100"], "userId,movieId,rating"),
  );
  const test = await folder.write("test.csv", csv(["1,10,100", "9,3,50"], "userId,movieId,rating"));
  const out = folder.path("out.csv");
  const set = ["--set", "movie_shrinkage=0", "user_shrinkage=0"];
  const args = ["--train", train, "--test", test, "--model", "bias", ...set, "--predictions", out];
  const { code, stderr } = await runCommand("evaluate", args);
  assert.equal(code, 0, stderr);
  const [loved, unknown] = await rowsOf(out);
  assert.deepEqual(loved, [1, 10, 100]);
  // A newcomer, and a movie of mean 100 / 3.
  assert.ok(Math.abs(unknown[2] - 100 / 3) < 1e-4, `${unknown[2]}`);
});
