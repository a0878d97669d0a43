import assert from "@std/assert";
import { z } from "zod";
import { type Manifest, parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import {
  formatManifestErrors,
  type ManifestError,
} from "../../../../tasks/runner/manifest/manifest_error.ts";
import { DAY, fakeTask } from "../_fake_day.ts";
import { eachSnapshot } from "../_snapshots.ts";

const DEFAULT = Deno.readTextFileSync(new URL("../../../../pipeline.yaml", import.meta.url));

const parse = (text: string) => parseManifest(text, { file: "pipeline.yaml", tasks: DAY });

function manifestOf(text: string): Manifest {
  const { manifest, errors } = parse(text);
  if (manifest === undefined) throw new Error(formatManifestErrors(errors, text));
  return manifest;
}

function errorsOf(text: string): ManifestError[] {
  const { errors } = parse(text);
  if (errors === undefined) throw new Error(`This manifest has no error: ${text}`);
  return errors;
}

Deno.test("parseManifest() reads the default manifest as DESIGN's defaults", () => {
  const { stages, file: _, next: __, ...rest } = manifestOf(DEFAULT);
  assert.deepEqual(rest, {
    name: "daily",
    seed: 1,
    source: "auto",
    concurrency: 2,
    schedules: [
      {
        name: "daily",
        cron: "0 2 * * *",
        timezone: "UTC",
        catchUp: "last",
        overlap: "queue",
        only: null,
      },
    ],
    sla: { readyBy: undefined, maxDuration: undefined },
    notify: [],
    batch: { size: 50_000, atMost: 0.01 },
    bootstrap: { ratings: 5_000_000, atMost: 0.8 },
    holdoutDays: 7,
    serving: { variants: {}, hide: { movies: [], genres: [] } },
  });
  assert.deepEqual(stages.map(({ as }) => as), Object.keys(DAY));
  assert.ok(stages.every(({ enabled }) => enabled));
});

Deno.test("parseManifest() gives the same settings when only stages are written", () => {
  const { stages: _, ...rest } = manifestOf("stages: [{ task: ingest }]");
  const { stages: __, ...defaults } = manifestOf(DEFAULT);
  assert.deepEqual(rest, defaults);
});

Deno.test("parseManifest() takes every example that the default manifest has in its comments", () => {
  const examples = Array.from(DEFAULT.matchAll(/^# {5}(\w+: .*?)(?: {2,}\S.*)?$/gm), ([, line]) => line);
  assert.ok(examples.length >= 8, examples.join("\n"));
  for (const line of examples.filter((line) => !line.includes("…"))) {
    const isOfFile = /^(?:sla|notify)/.test(line);
    const stage = `- task: clean\n- task: train\n${isOfFile ? "" : `  ${line}\n`}`;
    manifestOf(`${isOfFile ? line : ""}\nstages:\n${stage}`);
  }
});

Deno.test("parseManifest() fills a stage with its task's defaults and turns durations into milliseconds", () => {
  const text =
    "stages:\n  - { task: train, as: weekly, timeout: 1h30m, retry: { attempts: 3, backoff: 10s } }";
  assert.deepEqual(manifestOf(text).stages, [{
    task: "train",
    as: "weekly",
    enabled: true,
    params: {
      model: "two_tower",
      mode: "auto",
      retrain_every: 604_800_000,
      hidden: [128, 64],
      adam: { learning_rate: 0.001 },
    },
    given: {},
    needs: [],
    checks: [],
    timeout: 5_400_000,
    retry: { attempts: 3, backoff: 10_000, max: 600_000, jitter: 0, on: ["error", "timeout", "database"] },
    at: { line: 2, column: 13, length: 5 },
  }]);
});

Deno.test("parseManifest() keeps the order of the lines", () => {
  const { stages } = manifestOf("stages:\n- task: monitor\n- task: ingest\n- { task: monitor, as: again }\n");
  assert.deepEqual(stages.map(({ as }) => as), ["monitor", "ingest", "again"]);
});

Deno.test("parseManifest() reads anchors, aliases, CRLF, a byte order mark and underscores in integers", () => {
  const text = "\ufeffbatch: { size: 1_000 }\r\nstages:\r\n- { task: train, retry: &r { attempts: 2 } }\r\n" +
    "- { task: ingest, retry: *r }\r\n";
  const { batch, stages } = manifestOf(text);
  assert.equal(batch.size, 1_000);
  assert.deepEqual(stages.map(({ retry }) => retry.attempts), [2, 2]);
});

Deno.test("parseManifest() tells all errors at once, each with its place", () => {
  const errors = errorsOf(
    "sead: 1\nbatch: { size: 0 }\nstages:\n- task: ingset\n- { task: clean, params: { chnuk: 1 } }\n",
  );
  const found = errors.map(({ line, column, nearest }) => [line, column, nearest]);
  assert.deepEqual(found, [[1, 1, "seed"], [2, 16, undefined], [4, 9, "ingest"], [5, 28, "chunk"]]);
});

Deno.test("parseManifest() tells a wrong value beside its misspelled twin, and a duplicate key beside both", () => {
  const errors = errorsOf("stages:\n- { task: clean, params: { chunk: 0, chnuk: 1 } }\nseed: 1\nseed: x\n");
  const found = errors.map(({ line, column }) => [line, column]).toSorted();
  assert.deepEqual(found, [[2, 35], [2, 38], [4, 1], [4, 7]]);
});

Deno.test("parseManifest() tells what a task's own check refuses inside an open map", () => {
  const open = z.object({ config: z.record(z.string(), z.unknown()) }).check(({ value, issues }) => {
    const place = { path: ["config"], input: value };
    issues.push({ ...place, code: "unrecognized_keys", keys: Object.keys(value.config) });
    issues.push({ ...place, code: "custom", message: "Too small: two keys" });
  });
  const text = "stages: [{ task: fit, params: { config: { epochz: 3 } } }]";
  const { errors = [] } = parseManifest(text, {
    file: "pipeline.yaml",
    tasks: { fit: fakeTask({ params: open }) },
  });
  const found = errors.map(({ column, wanted }) => [column, wanted]);
  assert.deepEqual(found, [[43, "another key"], [41, "Too small: two keys"]]);
});

Deno.test("parseManifest() refuses a document that aliases blow up, and one that is too long", () => {
  const bomb = [
    "a: &a [x]",
    ..."bcdefgh".split("").map((name, i) => {
      const alias = `*${"abcdefg"[i]}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => alias).join(", ")}]`;
    }),
  ].join("\n");
  assert.match(errorsOf(bomb)[0].message, /aliases/);
  assert.match(errorsOf("#".repeat(70_000))[0].message, /70000 characters/);
});

Deno.test("parseManifest() refuses a schedule that is never due", () => {
  for (const cron of ["0 2 31 2 *", "61 * * * *", "0 2 * *", "* * * * * *", "? 2 * * *", ""]) {
    const errors = errorsOf(`schedule: { cron: "${cron}" }\nstages: [{ task: ingest }]`);
    assert.deepEqual(errors.map(({ line, column }) => [line, column]), [[1, 19]], cron);
  }
});

Deno.test("parseManifest() takes no inherited property for a task or a key", () => {
  assert.match(errorsOf("stages: [{ task: constructor }]")[0].message, /Cannot find task "constructor"/);
  assert.match(errorsOf("__proto__: { seed: 2 }\nstages: [{ task: ingest }]")[0].message, /"__proto__"/);
});

eachSnapshot("manifest", (text) => formatManifestErrors(errorsOf(text), text));
