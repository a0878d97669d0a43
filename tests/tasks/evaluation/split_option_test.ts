import assert from "@std/assert";
import { parseSplit, splitWorld } from "../../../tasks/evaluation/split_option.ts";
import { readWorld } from "../../../tasks/evaluation/world.ts";
import { createFolder, csv, runCommand, seededLines } from "./_files.ts";

Deno.test("parseSplit() reads every form, and refuses others", () => {
  assert.deepEqual(parseSplit("time"), { kind: "time", share: 0.2 });
  assert.deepEqual(parseSplit("users:0.1"), { kind: "users", share: 0.1 });
  assert.deepEqual(parseSplit("last"), { kind: "last", of: { count: 1 } });
  assert.deepEqual(parseSplit("last:3"), { kind: "last", of: { count: 3 } });
  assert.deepEqual(parseSplit("last:0.2"), { kind: "last", of: { share: 0.2 } });
  assert.deepEqual(parseSplit("random:2/5"), { kind: "random", fold: 1, folds: 5 });
  for (
    const text of ["", "tme", "time:1", "time:x", "last:0", "last:1.5", "random", "random:0/5", "random:6/5"]
  ) {
    assert.throws(() => parseSplit(text), /Cannot split by/, text);
  }
});

Deno.test("evaluate --ratings --split asks about a part of one file, and needs both or none", async () => {
  await using folder = await createFolder();
  const ratings = await folder.write("all.csv", csv(seededLines(300)));
  const args = ["--ratings", ratings, "--model", "bias", "--json"];
  const results = await Promise.all(["time:0.2", "last:2", "random:1/3", "users:0.4"].map(async (split) => {
    const { code, stdout, stderr } = await runCommand("evaluate", [...args, "--split", split]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  }));
  assert.deepEqual(results.slice(0, 2).map(({ n }) => n), [60, 60]);
  assert.ok(results.every(({ metrics }) => metrics.rmse > 0.5 && metrics.rmse < 2.5));
  const both = await runCommand("evaluate", [...args, "--train", ratings]);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /--ratings F.csv and --split KIND/);
});

Deno.test("evaluate --split on a scale from 0 to 10 finds what is exactly on the threshold, as it was written", async () => {
  await using folder = await createFolder();
  const rows = seededLines(300).map((line, i) => {
    const [user, movie, , at] = line.split(",");
    // What is asked about is all 8: four fifths of the scale, and so liked.
    return `${user},${movie},${i >= 240 ? 8 : i % 11},${at}`;
  });
  const args = ["--ratings", await folder.write("ten.csv", csv(rows)), "--split", "time:0.2", "--json"];
  const ranked = await runCommand("evaluate", [...args, "--model", "popularity", "--protocol", "ranking"]);
  assert.equal(ranked.code, 0, ranked.stderr);
  assert.ok(JSON.parse(ranked.stdout).metrics["hit_rate@10"] > 0, ranked.stdout);
  const whole = await readWorld({ train: folder.path("ten.csv") }, new AbortController().signal);
  assert.deepEqual(new Set(splitWorld(whole, { kind: "time", share: 0.2 }, 1).test.ratings), new Set([8]));
});

Deno.test("evaluate --split by time refuses a file without timestamps", async () => {
  await using folder = await createFolder();
  const rows = seededLines(300).map((line) => line.split(",").slice(0, 3).join(","));
  const ratings = await folder.write("all.csv", csv(rows, "userId,movieId,rating"));
  const { code, stderr } = await runCommand("evaluate", [
    "--ratings",
    ratings,
    "--split",
    "time",
    "--model",
    "bias",
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /goes by timestamps/);
});

Deno.test("evaluate --model auto --split users says that it chooses for people without a history", async () => {
  await using folder = await createFolder();
  const ratings = await folder.write("all.csv", csv(seededLines(300)));
  const args = ["--ratings", ratings, "--split", "users:0.3", "--protocol", "ranking", "--model"];
  const auto = await runCommand("evaluate", [...args, "auto"]);
  assert.equal(auto.code, 0, auto.stderr);
  assert.match(auto.stderr, /best for people of whom nothing is known/);
  assert.doesNotMatch((await runCommand("evaluate", [...args, "popularity"])).stderr, /nothing is known/);
});
