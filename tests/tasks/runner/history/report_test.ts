import assert from "@std/assert";
import evaluate from "../../../../tasks/evaluate.ts";
import prequential from "../../../../tasks/prequential.ts";
import publish from "../../../../tasks/publish.ts";
import {
  metricLines,
  readMetrics,
  readStory,
  stageTable,
  storyLines,
} from "../../../../tasks/runner/history/report.ts";
import type { StageStatus } from "../../../../tasks/runner/history/run_status.ts";
import { readStatus } from "../../../../tasks/runner/history/status.ts";
import train from "../../../../tasks/train.ts";
import { bootstrapped, FAST, smallLake } from "../../_small_lake.ts";

Deno.test("stageTable() shows counts, seconds, and a verdict or an error", () => {
  const stage = (parts: Partial<StageStatus>): StageStatus => ({
    stage: "clean",
    task: "clean",
    status: "succeeded",
    attempt: 1,
    ms: null,
    rows: null,
    rows_in: null,
    error: null,
    outputs: {},
    ...parts,
  });
  const run = { run_id: 1, day: "2026-03-01", kind: "daily", status: "failed", finished_at: null };
  const stages = [
    stage({ ms: 1_250, rows: 1_000, rows_in: 12_345, outputs: { rejects: 3 } }),
    stage({ stage: "evaluate", outputs: { verdict: "rejected", reason: "RMSE 1.0 against 0.9" } }),
    stage({
      stage: "publish",
      status: "failed",
      error: "no disk\ncaused by: ENOSPC",
      outputs: { version: "x" },
    }),
  ];
  assert.deepEqual(stageTable({ ...run, started_at: new Date(0), stages }), [
    "stage     status     rows in  rows out  seconds",
    "────────  ─────────  ───────  ────────  ───────  ──────────────────────────────",
    "clean     succeeded   12,345     1,000      1.3",
    "evaluate  succeeded                              rejected, RMSE 1.0 against 0.9",
    "publish   failed                                 no disk",
  ]);
});

Deno.test("the report of a day has metrics beside the baselines', and one person's story", async () => {
  await using lake = await smallLake();
  const { pool } = lake;
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params: FAST });
  const { version } = await first.stage("evaluate", evaluate);
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean");
  const { rmse } = await day.stage("prequential", prequential);
  await day.take("features");
  await day.stage("publish", publish);
  const metrics = await readMetrics(pool, day.id);
  assert.equal(metrics.prequential[String(version)].all.rmse, rmse);
  const lines = metricLines(
    { ...metrics, ...await readMetrics(pool, first.id) },
    (name) => name.toUpperCase(),
  );
  assert.ok(
    lines.some((line) =>
      line.startsWith("BIAS ") && line.includes(metrics.prequential.bias.all.rmse.toFixed(4))
    ),
  );
  assert.ok(lines.some((line) => line.startsWith("POPULARITY")));
  assert.deepEqual((await readStatus(pool)).prequential.map(({ day, rmse }) => [day, rmse]), [[
    "2026-03-02",
    rmse,
  ]]);

  const story = await readStory(pool);
  if (story === null) throw new Error("nobody has a story");
  assert.deepEqual([story.loved.length, story.recommended.length], [5, 5]);
  const loved = new Set(story.loved.map(({ title }) => title));
  assert.ok(story.recommended.every(({ title }) => !loved.has(title)));
  assert.ok(
    story.loved.every(({ rating }, i) => rating >= 4.5 && rating <= (story.loved[i - 1]?.rating ?? 5)),
  );
  const text = storyLines(story);
  assert.match(text[1], new RegExp(`^User ${story.user_id} loved +and has not seen, recommended$`));
  assert.equal(text.length, 3 + 5);
});
