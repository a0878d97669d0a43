/** `deno task tune` as a child process: the same with the same seed, also when it was killed on the way. */
import assert from "@std/assert";
import { createFolder, csv, runCommand, seededLines } from "./_files.ts";

const lines = seededLines(500, 3);

Deno.test("tune finds what evaluate then takes, never worse than the defaults", async () => {
  await using folder = await createFolder();
  const train = await folder.write("train.csv", csv(lines.slice(0, 400)));
  const test = await folder.write("test.csv", csv(lines.slice(400)));
  const args = ["--train", train, "--model", "bias", "--trials", "8", "--json"];
  const { code, stdout, stderr } = await runCommand("tune", args);
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout);
  assert.equal(found.trials.length, 8);
  assert.deepEqual(found.trials[0].config, {});
  assert.equal(found.best.loss, Math.min(...found.trials.map(({ loss }: { loss: number }) => loss)));
  assert.ok(found.best.loss <= found.defaults);
  const text = await runCommand("tune", args.slice(0, -1));
  assert.ok(text.stdout.includes(`--model bias ${found.set}`));
  const evaluated = [
    "--train",
    train,
    "--test",
    test,
    "--model",
    "bias",
    ...found.set.split(" ").filter(Boolean),
  ];
  assert.equal((await runCommand("evaluate", evaluated)).code, 0);
});

Deno.test("tune --resume goes on after a kill, a torn last line and all, to the same result", async () => {
  await using folder = await createFolder();
  const train = await folder.write("train.csv", csv(lines));
  const args = [
    "--train",
    train,
    "--model",
    "bias",
    "--trials",
    "6",
    "--seed",
    "5",
    "--split",
    "last:0.3",
    "--json",
  ];
  const journal = folder.path("journal.jsonl");
  const whole = await runCommand("tune", [...args, "--resume", journal]);
  assert.equal(whole.code, 0, whole.stderr);
  const kept = await Deno.readTextFile(journal);
  assert.equal(kept.trim().split("\n").length, 1 + 6);
  const third = kept.split("\n").slice(0, 4).join("\n");
  await Deno.writeTextFile(journal, `${third}\n{"trial":3,"sha`);
  const resumed = await runCommand("tune", [...args, "--resume", journal]);
  assert.equal(resumed.stdout, whole.stdout);
  assert.match(resumed.stderr, /3 outcomes were in/);
  assert.ok(!/trial 2:/.test(resumed.stderr) && /trial 3:/.test(resumed.stderr));
  const losses = (text: string) => text.trim().split("\n").slice(1).map((line) => JSON.parse(line).loss);
  assert.deepEqual(losses(await Deno.readTextFile(journal)), losses(kept));
});

Deno.test("tune refuses another search's journal, and what cannot be tuned", async () => {
  await using folder = await createFolder();
  const train = await folder.write("train.csv", csv(lines));
  const journal = folder.path("journal.jsonl");
  const bias = ["--train", train, "--model", "bias", "--trials", "1"];
  assert.equal((await runCommand("tune", [...bias, "--resume", journal])).code, 0);
  const before = await Deno.readTextFile(journal);
  const movies = await folder.write("movies.csv", "movieId,title,genres\n10,Heat (1995),Crime\n");
  const cases: [string[], RegExp][] = [
    [[...bias, "--resume", journal, "--seed", "2"], /its seed was 1: found 2/],
    [[...bias, "--resume", journal, "--relevant", "3"], /its relevant was null: found 3/],
    [[...bias, "--resume", journal, "--split", "random:2/5"], /its (split|validation) was/],
    [[...bias, "--resume", journal, "--movies", movies], /its movies was null: found "[0-9a-f]{64}"/],
    [[...bias, "--resume", train], /is no journal of a search/],
    [[...bias, "--budget", "soon"], /should be a time, as 10m: found soon/],
    [[...bias, "--set", "movie_shrinkage=1", "user_shrinkage=1"], /nothing left to try/],
    [["--train", train, "--model", "popularity"], /by protocol rating: it has no answer/],
    [["--train", train, "--model", "auto"], /Cannot take model "auto"/],
    [[...bias, "--like", train, "--split", "time"], /both --like and --split/],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, stderr } = await runCommand("tune", args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }));
  assert.equal(await Deno.readTextFile(journal), before);
});

Deno.test("tune --protocol ranking --like cuts as a test file was cut; --budget begins no trial too many", async () => {
  await using folder = await createFolder();
  const train = await folder.write("train.csv", csv(lines.slice(0, 400)));
  const test = await folder.write("test.csv", csv(lines.slice(400)));
  const args = ["--train", train, "--like", test, "--model", "popularity", "--protocol", "ranking", "--json"];
  const { code, stdout, stderr } = await runCommand("tune", [...args, "--trials", "3"]);
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout);
  assert.match(found.validation, /^one cut in time, as /);
  assert.ok(found.best.loss >= 0 && found.best.loss <= 1);
  const short = await runCommand("tune", [...args, "--trials", "100000", "--budget", "1s"]);
  assert.equal(short.code, 0, short.stderr);
  assert.ok(JSON.parse(short.stdout).trials.length < 100_000);
});
