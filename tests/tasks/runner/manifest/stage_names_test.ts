/** What a manifest says by stages' names: needs, when, only. */
import assert from "@std/assert";
import fc from "fast-check";
import { parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import { DAY, fakeTask, manifestOf } from "../_fake_day.ts";

const tasks = { ...DAY, ...Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, fakeTask()])) };

/** Of each error: the text that it marks, its message, and the name it takes for meant. */
function faultsOf(text: string): { marked: string; message: string; nearest?: string }[] {
  const { errors = [] } = parseManifest(text, { file: "pipeline.yaml", tasks });
  const lines = text.split("\n");
  return errors.map(({ line, column, length, message, nearest }) => {
    return { marked: lines[line - 1].slice(column - 1, column - 1 + length), message, nearest };
  });
}

const markedIn = (text: string) => faultsOf(text).map(({ marked, nearest }) => [marked, nearest]);

Deno.test("parseManifest() gives a stage without needs the one above, whether or not that is enabled", () => {
  const { stages } = manifestOf(
    "stages: [{ task: a, enabled: false }, { task: b }, { task: c, needs: [] }, { task: d, needs: [a, c] }]",
    tasks,
  );
  assert.deepEqual(stages.map(({ needs }) => needs), [[], ["a"], [], ["a", "c"]]);
});

Deno.test("parseManifest() refuses needs that name no stage, the stage itself, or one twice", () => {
  assert.deepEqual(
    markedIn("stages: [{ task: ingest }, { task: b, needs: [ingset, b, ingest, ingest] }]"),
    [["ingset", "ingest"], ["b", undefined], ["ingest", undefined]],
  );
});

Deno.test("parseManifest() names the cycle, at the need that closes it", () => {
  const [fault, ...more] = faultsOf(
    "stages: [{ task: a, needs: [d] }, { task: b, needs: [] }, { task: c, needs: [a] }, { task: d }]",
  );
  assert.deepEqual(more, []);
  assert.equal(fault.marked, "a");
  assert.equal(fault.message, "Cannot order the stages as a needs d needs c needs a");
});

Deno.test("parseManifest() finds a cycle in random needs exactly when there is one", () => {
  const names = ["a", "b", "c", "d"];
  const needs = fc.tuple(...names.map((own) => fc.subarray(names.filter((name) => name !== own))));
  fc.assert(fc.property(needs, (needs) => {
    const stages = names.map((task, i) => ({ task, needs: needs[i] }));
    const found = faultsOf(JSON.stringify({ stages }));
    // Kahn: take what waits for nothing until nothing is left.
    let left = stages;
    for (let n = 0; n < names.length; n++) {
      left = left.filter((stage) => stage.needs.some((need) => left.some(({ task }) => task === need)));
    }
    assert.equal(found.length > 0, left.length > 0);
    for (const { message } of found) {
      assert.match(message, /^Cannot order the stages as (\w) needs .* needs \1$/);
    }
  }));
});

Deno.test("parseManifest() reads a condition, and marks its errors within its text", () => {
  const when = (text: string) => `stages:\n- task: a\n- task: b\n  when: ${text}\n- task: c\n`;
  const { stages } = manifestOf(when('a.mode == "x"'), tasks);
  assert.deepEqual(stages[1].when?.stages, ["a"]);
  const cases: [string, string, string?][] = [
    ['a.mode = "x"', "=", "=="],
    [`'a.mode == "x" andd true'`, "andd", "and"],
    ['"a.mode == \\"x\\"  andd true"', "andd", "and"],
    ["'a.mode == ''x'' andd true'", "andd", "and"],
    ['>-\n    a.mode == "x"\n    or day.wekday == "monday"', "wekday", "weekday"],
    ['a.mode == "x" or\n    day.wekday == "monday"', "wekday", "weekday"],
    ['"a.mode  ==  \\\n    aa.mode"', "aa", "a"],
    ["a.mode == c.mode", "c"],
    ["b.mode == null", "b"],
    ["not true and", ""],
  ];
  for (const [text, marked, nearest] of cases) {
    assert.deepEqual(markedIn(when(text)), [[marked, nearest]], text);
  }
});

Deno.test("parseManifest() lets a condition ask only what runs before, through needs", () => {
  const text = (needs: string) =>
    `stages: [{ task: a }, { task: b, needs: [] }, { task: c, needs: [${needs}], when: a.x == 1 }]`;
  assert.deepEqual(markedIn(text("a")), []);
  assert.deepEqual(faultsOf(text("b")), [{
    marked: "a",
    message: 'Cannot ask "a" in a condition of stage "c" as it does not run before that',
    nearest: undefined,
  }]);
});

Deno.test("parseManifest() refuses a schedule of stages that are not there, and names that conditions use", () => {
  const text = "schedule: [{ only: [a] }, { only: [a, monitro] }]\nstages: [{ task: a }, { task: monitor }]";
  assert.deepEqual(markedIn(text), [["monitro", "monitor"]]);
  assert.deepEqual(markedIn("stages: [{ task: a, as: metrics }, { task: a, as: day }]"), [
    ["metrics", undefined],
    ["day", undefined],
  ]);
});

Deno.test("parseManifest() refuses schedules that share a name, written or not, and names of events' scopes", () => {
  const stages = "stages: [{ task: a }]";
  assert.deepEqual(markedIn(`schedule: [{ name: x }, { name: x }]\n${stages}`), [["x", undefined]]);
  assert.deepEqual(markedIn(`schedule: [{}, { name: daily }]\n${stages}`), [["daily", undefined]]);
  assert.deepEqual(markedIn(`schedule: [{ name: schedule_2 }, {}]\n${stages}`), [["{}", undefined]]);
  assert.deepEqual(markedIn(`schedule: { name: request }\n${stages}`), [["request", undefined]]);
  assert.deepEqual(markedIn(`schedule: [{}, {}, { name: often }]\n${stages}`), []);
});
