/** The real files: figures that others have measured, through the whole command. */
import assert from "@std/assert";
import { dirname } from "node:path";
import { hasSplits, SPLITS } from "../../support/splits.ts";
import { createFolder, runCommand } from "./_files.ts";

const ignore = !hasSplits();
const unless = ignore ? " (skipped: ../shared/data/splits is not there)" : "";
const MOVIES = `${dirname(SPLITS.replace(/\/$/, ""))}/ml-latest-small/movies.csv`;

async function evaluated(split: string, args: string[]) {
  await using folder = await createFolder();
  const files = [
    "--train",
    `${SPLITS}${split}/train.csv`,
    "--test",
    `${SPLITS}${split}/test.csv`,
    "--movies",
    MOVIES,
  ];
  const out = folder.path("out.csv");
  const { code, stdout, stderr } = await runCommand("evaluate", [
    ...files,
    ...args,
    "--predictions",
    out,
    "--json",
  ]);
  assert.equal(code, 0, stderr);
  return { ...JSON.parse(stdout), lines: (await Deno.readTextFile(out)).trim().split("\n").length - 1 };
}

const near = (found: number, wanted: number, by = 0.001) =>
  assert.ok(Math.abs(found - wanted) <= by, `${found} is not ${wanted}`);

Deno.test({
  name: "evaluate measures the bias baseline on time80 and last20 as the accuracy floors do" + unless,
  ignore,
  async fn() {
    const time = await evaluated("mlsmall-time80", ["--model", "bias"]);
    near(time.metrics.rmse, 1.007);
    near(time.standard_errors.rmse, 0.0425);
    assert.deepEqual([time.n, time.lines, time.slices.cold.n], [20_168, 20_168, 18_247]);
    near((await evaluated("mlsmall-last20", ["--model", "bias"])).metrics.rmse, 0.8986);
  },
});

Deno.test({
  name: "evaluate measures popularity on last20 as others do: 591 people, nDCG .074, coverage .010" + unless,
  ignore,
  async fn() {
    const found = await evaluated("mlsmall-last20", ["--model", "popularity", "--protocol", "ranking"]);
    near(found.metrics["ndcg@10"], 0.074);
    near(found.metrics["recall@10"], 0.0505);
    near(found.metrics.coverage, 0.0101, 0.0005);
    near(found.standard_errors["ndcg@10"], 0.0058, 0.0005);
    assert.deepEqual([found.n, found.lines, found.relevant_from], [591, 6100, 4]);
  },
});
