/** What holds of every execution: random graphs, limits, retries and outcomes, on a real ledger. */
import assert from "@std/assert";
import fc from "fast-check";
import { ancestorsOf } from "../../../../tasks/runner/plan/_graph.ts";
import type { Stage } from "../../../../tasks/runner/manifest/manifest.ts";
import { plan } from "../../../../tasks/runner/plan/plan.ts";
import { readPlanState } from "../../../../tasks/runner/plan/state.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { fakeTask } from "../_fake_day.ts";
import { executeFake, fakeManifest, fakeStage } from "../_workplace.ts";

type Outcome = "succeeds" | "fails" | "throws";

const day = fc.record({
  shapes: fc.array(
    fc.record({
      enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, {
        weight: 1,
        arbitrary: fc.constant(false),
      }),
      needs: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
      attempts: fc.integer({ min: 1, max: 2 }),
      hasWork: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, {
        weight: 1,
        arbitrary: fc.constant(false),
      }),
      outcomes: fc.array(fc.constantFrom<Outcome>("succeeds", "succeeds", "fails", "throws"), {
        minLength: 2,
        maxLength: 2,
      }),
      turns: fc.nat(3),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  concurrency: fc.integer({ min: 1, max: 3 }),
});

interface Event {
  stage: string;
  what: "starts" | "ends";
  atWork: number;
}

Deno.test("execute() of any graph keeps to needs, to concurrency, to its plan, and journals each attempt", async () => {
  await using pool = await testPool();
  let n = 0;
  const property = fc.asyncProperty(day, async ({ shapes, concurrency }) => {
    const label = new Date(Date.UTC(2026, 0, ++n)).toISOString().slice(0, 10);
    const events: Event[] = [];
    const calls = new Map<string, number>();
    let atWork = 0;
    const stages = shapes.map(({ enabled, needs, attempts }, i) => {
      const names = needs.map((back) => i - back).filter((at) => at >= 0).map((at) => `s${at}`);
      return fakeStage(`s${i}`, {
        enabled,
        needs: [...new Set(names)],
        retry: { attempts, backoff: 1, on: ["error"] },
      });
    });
    const tasks = Object.fromEntries(shapes.map(({ hasWork, outcomes, turns }, i) => [
      `s${i}`,
      fakeTask({
        plan: () => hasWork ? { action: "run", reason: "has work" } : { action: "skip", reason: "has none" },
        async run() {
          const stage = `s${i}`;
          const call = calls.get(stage) ?? 0;
          calls.set(stage, call + 1);
          events.push({ stage, what: "starts", atWork: ++atWork });
          for (let turn = 0; turn < turns; turn++) await pool.row("ops/newest_migration");
          events.push({ stage, what: "ends", atWork: --atWork });
          if (outcomes[call % 2] === "throws") throw "no error at all";
          if (outcomes[call % 2] === "fails") throw new Error("broken");
          return {};
        },
      }),
    ]));
    const due = { kind: "daily", day: label } as const;
    const { stages: planned } = plan(fakeManifest(stages), tasks, await readPlanState(pool, due));
    const { run, status } = await executeFake(pool, due, { stages, tasks, needs: true, concurrency });
    const rows = await ask(
      pool.url,
      `select stage, status, outputs ->> 'reason' from ops_db.stage_runs where run_id = ${run.run_id} order by 1, attempt`,
    );
    hold(stages, { events, rows, concurrency, status });
    for (const { as, action, reason } of planned!) {
      const own = rows.filter(([stage]) => stage === as);
      if (own.length === 0) continue; // below a failed one
      assert.equal(own[0][1] === "skipped" ? "skip" : "run", action);
      if (action === "skip") assert.equal(own[0][2], reason);
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

function hold(
  stages: readonly Stage[],
  { events, rows, concurrency, status }: {
    events: readonly Event[];
    rows: readonly (string | null)[][];
    concurrency: number;
    status: string;
  },
): void {
  assert.ok(events.every(({ atWork }) => atWork <= concurrency));
  const last = new Map(rows.map(([stage, status]) => [stage!, status!]));
  const above = ancestorsOf(stages);
  for (const { as } of stages) {
    const isReached = last.has(as);
    const isFree = [...above.get(as)!].every((name) =>
      ["succeeded", "skipped"].includes(last.get(name) ?? "")
    );
    assert.equal(isReached, isFree, `${as}: ${JSON.stringify(rows)}`);
    const begins = events.findIndex(({ stage }) => stage === as);
    if (begins < 0) continue;
    for (const name of above.get(as)!) {
      const ends = events.findLastIndex(({ stage }) => stage === name);
      assert.ok(ends < begins, `${as} began before ${name} ended`);
    }
    const called = events.filter(({ stage, what }) => stage === as && what === "starts").length;
    assert.equal(rows.filter(([stage]) => stage === as).length, called);
  }
  const isDone = stages.every(({ as }) => ["succeeded", "skipped"].includes(last.get(as) ?? ""));
  assert.equal(status, isDone ? "succeeded" : "failed");
}
