import assert from "@std/assert";
import fc from "fast-check";
import { ancestorsOf, descendantsOf, inOrder } from "../../../../tasks/runner/plan/_graph.ts";
import { plan } from "../../../../tasks/runner/plan/plan.ts";
import { fakeTask, manifestOf, planState } from "../_fake_day.ts";

const node = (as: string, ...needs: string[]) => ({ as, needs });
/** a → b → d, a → c → d, and e alone. */
const DIAMOND = [node("a"), node("b", "a"), node("c", "a"), node("d", "b", "c"), node("e")];

Deno.test("inOrder() puts each stage behind what it needs, and keeps the manifest's order else", () => {
  assert.deepEqual(inOrder(DIAMOND).map(({ as }) => as), ["a", "b", "c", "d", "e"]);
  const turned = [node("d", "b", "c"), node("e"), node("b", "a"), node("a"), node("c", "a")];
  assert.deepEqual(inOrder(turned).map(({ as }) => as), ["e", "a", "b", "c", "d"]);
});

Deno.test("inOrder() refuses a circle", () => {
  assert.throws(() => inOrder([node("a", "b"), node("b", "a"), node("c")]), /stages a, b as they wait/);
});

Deno.test("ancestorsOf() and descendantsOf() are each other's mirror, in any graph", () => {
  const graphs = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
    .map((needs) => needs.map((all, i) => node(`s${i}`, ...all.filter((n) => n < i).map((n) => `s${n}`))));
  fc.assert(fc.property(graphs, (stages) => {
    const above = ancestorsOf(stages);
    for (const { as, needs } of stages) {
      assert.ok(needs.every((name) => above.get(as)!.has(name)) && !above.get(as)!.has(as));
      const below = stages.filter((other) => above.get(other.as)!.has(as)).map((other) => other.as);
      assert.deepEqual([...descendantsOf(stages, as)].sort(), below.sort());
    }
  }));
});

const tasks = {
  writes: fakeTask({ writes: ["data_lake_db.ratings"] }),
  reads: fakeTask({ reads: ["data_lake_db.ratings"] }),
  looks_back: fakeTask({ readsPrevious: ["data_lake_db.ratings"] }),
  other: fakeTask({ writes: ["data_lake_db.rejects"] }),
};

function errorsOf(...stages: string[]): string[] {
  const text = `stages:\n${stages.map((stage) => `  - { task: ${stage} }\n`).join("")}`;
  const { errors = [] } = plan(manifestOf(text, tasks), tasks, planState({ finished: { writes: 3 } }));
  return errors.map(({ line, column, message, wanted }) => `${line}:${column} ${message}; ${wanted}`);
}

Deno.test("plan() refuses a writer beside whoever touches its table, and says which needs mends it", () => {
  const clash = (name: string) =>
    `3:13 Cannot run "${name}" beside "writes" as one of them writes what both use: data_lake_db.ratings; needs: [writes]`;
  assert.deepEqual(errorsOf("writes", "reads, needs: []"), [clash("reads")]);
  assert.deepEqual(errorsOf("writes", "looks_back, needs: []"), [clash("looks_back")]);
  assert.deepEqual(errorsOf("writes", "writes, as: again, needs: []"), [clash("again")]);
  assert.deepEqual(errorsOf("writes", "reads, needs: [writes]"), []);
  assert.match(errorsOf("reads", "writes, needs: []").join(), /^3:13 Cannot run "writes" beside "reads"/);
});

Deno.test("plan() lets stages run beside each other that share no table, or only read it", () => {
  assert.deepEqual(errorsOf("writes", "other, needs: []"), []);
  assert.deepEqual(errorsOf("reads", "looks_back, needs: []"), []);
  assert.deepEqual(errorsOf("writes", "reads, needs: [], enabled: false"), []);
});

Deno.test("plan() adds the missing stage to the needs that are there", () => {
  const errors = errorsOf("other", "writes, needs: []", "reads, needs: [other]");
  assert.deepEqual(errors.map((error) => error.split("; ")[1]), ["needs: [other, writes]"]);
});

Deno.test("plan() finds a way through stages between, disabled ones too", () => {
  assert.deepEqual(errorsOf("writes", "other, enabled: false", "reads"), []);
});
