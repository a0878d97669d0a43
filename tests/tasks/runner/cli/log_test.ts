import assert from "@std/assert";
import fc from "fast-check";
import { count, createLog, duration, logfmt, type LogOptions } from "../../../../tasks/runner/cli/log.ts";

/** A log whose clock stands still unless it is moved. */
function timedLog(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const log = createLog({
    format: "logfmt",
    verbose: false,
    terminal: false,
    write: (text) => void written.push(text),
    now: () => new Date(clock.ms),
    ...options,
  });
  return { log, written, clock };
}

Deno.test("logfmt() leaves out what is not there, and quotes what a reader would take apart", () => {
  const fields = {
    a: 1,
    b: null,
    c: undefined,
    d: false,
    e: "",
    f: "x y",
    g: 'a "b"',
    h: "k=v",
    i: "two\nlines",
  };
  assert.equal(logfmt(fields), String.raw`a=1 d=false e="" f="x y" g="a \"b\"" h="k=v" i="two\nlines"`);
});

Deno.test("logfmt() is one line that can be read back, whatever the values", () => {
  const pair = /[a-e]=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)/g;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }), (values) => {
      const text = logfmt(Object.fromEntries(values.map((value, i) => ["abcde"[i], value])));
      assert.ok(!/[\n\r]/.test(text));
      const pairs = [...text.matchAll(pair)];
      assert.equal(pairs.map(([whole]) => whole).join(""), text);
      const found = pairs.map(([, value]) => value.startsWith('"') ? JSON.parse(value) : value);
      assert.deepEqual(found, values);
    }),
    { numRuns: 500, seed: 2 },
  );
});

Deno.test("count() groups digits by thousands and rounds", () => {
  assert.deepEqual([0, 999, 1_000, 1_234_567, 2.5].map(count), ["0", "999", "1,000", "1,234,567", "3"]);
});

Deno.test("duration() changes its unit where the digits would lie", () => {
  assert.deepEqual(
    [0, 0.44, 9.94, 9.95, 59.6, 119.4, 119.5, 125, 3_599.6].map(duration),
    ["0.0 s", "0.4 s", "9.9 s", "10 s", "60 s", "119 s", "2 min 00 s", "2 min 05 s", "60 min 00 s"],
  );
});

Deno.test("createLog() writes canonical lines as logfmt or as JSON", () => {
  const plain = timedLog();
  plain.log.line("stage", { stage: "train", ms: 5, error: undefined });
  assert.deepEqual(plain.written, ["time=1970-01-01T00:00:00.000Z event=stage stage=train ms=5\n"]);
  const json = timedLog({ format: "json" });
  json.log.line("stage", { stage: "train", ms: 5 });
  assert.deepEqual(json.written.map((line) => JSON.parse(line)), [
    { time: "1970-01-01T00:00:00.000Z", event: "stage", stage: "train", ms: 5 },
  ]);
});

Deno.test("createLog() keeps warnings for the summary, and details to itself unless it is verbose", () => {
  const { log, written } = timedLog();
  log.ofStage("train").warn("thin");
  log.ofStage("monitor").detail("quiet");
  assert.deepEqual(log.warnings, ["train: thin"]);
  assert.equal(written.length, 1);
  const verbose = timedLog({ verbose: true });
  verbose.log.ofStage("monitor").detail("quiet");
  assert.match(verbose.written[0], /event=detail stage=monitor message=quiet\n$/);
});

Deno.test("progress() says rate and time left, every five seconds where there is no terminal", () => {
  const { log, written, clock } = timedLog();
  const { progress } = log.ofStage("clean");
  for (let second = 1; second <= 12; second++) {
    clock.ms = 1_000 * second;
    progress(1_000 * second, 20_000, "ratings");
  }
  assert.deepEqual(written, [
    "  clean: 5,000 of 20,000 ratings, 1,000/s, 15 s left\n",
    "  clean: 10,000 of 20,000 ratings, 1,000/s, 10 s left\n",
  ]);
});

Deno.test("progress() promises no time before a hundredth is done", () => {
  const { log, written, clock } = timedLog();
  const { progress } = log.ofStage("import");
  clock.ms = 5_000;
  progress(0, 20_000, "ratings");
  clock.ms = 10_000;
  progress(200, 20_000, "ratings");
  assert.deepEqual(written, ["  import: 0 of 20,000 ratings\n", "  import: 200 of 20,000 ratings\n"]);
});

Deno.test("progress() redraws one line on a terminal and clears it at the end", () => {
  const { log, written, clock } = timedLog({ terminal: true });
  const { progress } = log.ofStage("clean");
  for (const ms of [100, 250, 300, 500]) {
    clock.ms = ms;
    progress(ms, 500, "ratings");
  }
  assert.deepEqual(written, [
    "\r\x1b[2K  clean: 250 of 500 ratings, 1,000/s, 0.3 s left",
    "\r\x1b[2K",
  ]);
});

Deno.test("progress() of stages at work together shares one line, until each has ended", () => {
  const { log, written, clock } = timedLog({ terminal: true });
  const { progress: cleaning } = log.ofStage("clean");
  const { progress: training } = log.ofStage("train");
  clock.ms = 300;
  cleaning(30, 100, "ratings");
  training(5, 60, "examples");
  clock.ms = 600;
  cleaning(60, 100, "ratings");
  log.line("stage", { stage: "clean", status: "failed" });
  clock.ms = 900;
  training(12, 60, "examples");
  training(60, 60, "examples");
  const lines = written.filter((text) => text.startsWith("\r"));
  assert.deepEqual(lines.map((text) => text.slice("\r\x1b[2K".length)), [
    "  clean: 30 of 100 ratings, 100/s, 0.7 s left",
    "  clean 30 %  ·  train 8 %",
    "  clean 60 %  ·  train 8 %",
    "  train: 12 of 60 examples, 13/s, 3.6 s left",
    "",
  ]);
});

Deno.test("progress() is one JSON document a line with --log json", () => {
  const { log, written, clock } = timedLog({ format: "json" });
  const { progress } = log.ofStage("clean");
  clock.ms = 5_000;
  progress(10, 20, "ratings");
  assert.deepEqual(written.map((line) => JSON.parse(line)), [
    { event: "progress", stage: "clean", done: 10, total: 20, unit: "ratings", rate: 2 },
  ]);
});
