/** What checks must withstand: names and values that are SQL, patterns that take for ever, locks that do not go. */
import assert from "@std/assert";
import fc from "fast-check";
import type { Pool } from "../../../../sql/db.ts";
import { patternFault } from "../../../../tasks/runner/checks/_check_pattern.ts";
import { testRun } from "../../../support/context.ts";
import { testPool } from "../../../support/database.ts";
import { checksFrom } from "../../_checks.ts";
import { ask, askOne } from "../../import/_ask.ts";
import { fakeTask } from "../_fake_day.ts";
import { executeFake, fakeStage, journal } from "../_workplace.ts";

const DUE = { kind: "daily", day: "2026-03-01" } as const;

async function count(pool: Pool, check: Record<string, unknown>, table = "raw_db.users"): Promise<number> {
  const asked = JSON.stringify([{ columns: ["user_id"], ...check }]);
  const [{ n_broken }] = await pool.rows<{ n_broken: number }>("checks/count_broken", [
    asked,
    table,
    null,
    1,
  ]);
  return n_broken;
}

Deno.test("count_broken() takes names and values as names and values, whatever SQL they hold", async () => {
  await using pool = await testPool();
  await pool.script(
    "insert into raw_db.users (user_id, gender) values (1, '''; drop table raw_db.users; --'), (2, 'F')",
  );
  const drop = "raw_db.users; drop table raw_db.users; --";
  await assert.rejects(
    count(pool, { kind: "not_null", columns: [`user_id is null; ${drop}`] }),
    /Cannot check column/,
  );
  await assert.rejects(count(pool, { kind: "unique", columns: [`user_id" ${drop}`] }), /Cannot check column/);
  await assert.rejects(count(pool, { kind: "not_null" }, drop), /Cannot check table/);
  await assert.rejects(count(pool, { kind: "references", in: drop, key: "user_id" }), /does not exist/);
  await assert.rejects(count(pool, { kind: "references", in: "raw_db.users", key: drop }), /does not exist/);
  await assert.rejects(count(pool, { kind: "between", min: `1; ${drop}` }), /invalid input syntax/);
  assert.equal(
    await count(pool, { kind: "in", columns: ["gender"], values: ["'; drop table raw_db.users; --"] }),
    1,
  );
  assert.equal(
    await count(pool, { kind: "in", columns: ["gender"], values: ['{"F",NULL}', "a,F", '"F"'] }),
    2,
  );
  assert.equal(await count(pool, { kind: "matches", columns: ["gender"], pattern: `'; ${drop}` }), 2);
  assert.equal(await askOne(pool.url, "select count(*) from raw_db.users"), "2");
});

Deno.test("patternFault() refuses what is slow, or what PostgreSQL and Polars read differently", () => {
  const fine = [
    "^\\S",
    "^[A-Z][^0-9]*$",
    "(?:a|b){2,255}",
    "\\d{4}-\\d\\d",
    "é+",
    "^(a+)+$",
    "a\\.b",
    "[\\w.-]+",
  ];
  const wrong = [
    "(a)\\1",
    "(?=a)b",
    "(?<!a)b",
    "(?i)a",
    "\\bword",
    "\\p{L}",
    "a{256}",
    "[[:alpha:]]",
    "[a&&b]",
    "***=a",
    "a(",
  ];
  assert.deepEqual(fine.filter((text) => patternFault(text) !== undefined), []);
  assert.deepEqual(wrong.filter((text) => patternFault(text) === undefined), []);
});

Deno.test("matches means in PostgreSQL what it means in JavaScript, and ends", async () => {
  await using pool = await testPool();
  const piece = fc.constantFrom(
    "a",
    "b",
    "(?:a|b)",
    "(?:a+)+",
    "[ab]",
    "[^a]",
    "\\d",
    "\\S",
    ".",
    "a?",
    "b*",
    "é",
    "\\.",
  );
  const pattern = fc.tuple(
    fc.constantFrom("", "^"),
    fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join("")),
    fc.constantFrom("", "$"),
  ).map((parts) => parts.join("")).filter((text) => patternFault(text) === undefined);
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é", ".", "1", " "), maxLength: 12 });
  const property = fc.asyncProperty(pattern, text, async (pattern, text) => {
    await pool.script(
      `delete from raw_db.users; insert into raw_db.users (user_id, gender) values (1, '${text}')`,
    );
    const found = await count(pool, { kind: "matches", columns: ["gender"], pattern });
    assert.equal(found, new RegExp(pattern, "u").test(text) ? 0 : 1);
  });
  await fc.assert(property, { numRuns: 60 });
  // JavaScript tries every way to part these: hours.
  await pool.script(`update raw_db.users set gender = repeat('a', 40) || 'b'`);
  assert.equal(await count(pool, { kind: "matches", columns: ["gender"], pattern: "^(a+)+$" }), 1);
});

Deno.test("a check that waits for ever ends with the stage's signal", async () => {
  await using pool = await testPool();
  const stop = new AbortController();
  await using run = await testRun(pool, {
    kind: "daily",
    signal: stop.signal,
    checks: checksFrom("- not_null: user_id", { writes: ["raw_db.users"] }),
  });
  await pool.transaction(async (tx) => {
    await tx.script("lock table raw_db.users in access exclusive mode");
    const stage = run.stage("look", fakeTask());
    const isWaiting =
      "select count(*) from pg_locks where not granted and relation = 'raw_db.users'::regclass";
    while (await askOne(pool.url, isWaiting) === "0");
    stop.abort(new Error("stopped by a person"));
    await assert.rejects(stage, { message: "stopped by a person" });
  });
  assert.deepEqual(await ask(pool.url, "select * from ops_db.check_results"), []);
});

Deno.test("execute() fails a stage whose check fails, although it works by no batches, and tries again if asked to", async () => {
  await using pool = await testPool();
  const checks = checksFrom("- row_count: { min: 2 }", { writes: ["raw_db.users"] });
  let tries = 0;
  const tasks = {
    fill: fakeTask({
      async run({ db }) {
        await db.script(`insert into raw_db.users (user_id) values (${++tries})`);
        return {};
      },
    }),
    after: fakeTask(),
  };
  const stages = [fakeStage("fill", { checks, retry: { attempts: 3, on: ["check"] } }), fakeStage("after")];
  assert.equal((await executeFake(pool, DUE, { stages, tasks })).status, "succeeded");
  assert.deepEqual(await journal(pool), ["fill 1 failed", "fill 2 succeeded", "after 1 succeeded"]);
  assert.deepEqual(
    await ask(pool.url, "select attempt, n_rows, outcome from ops_db.check_results order by 1"),
    [
      ["1", "1", "failed"],
      ["2", "2", "passed"],
    ],
  );
});

Deno.test("execute() rolls back the batch whose check fails, and keeps those before it", async () => {
  await using pool = await testPool();
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values ('2026-02-01', 'bootstrap', 'succeeded', '', '', 1, 1, ''), ('2026-02-02', 'daily', 'succeeded', '', '', 1, 1, '');
    insert into ops_db.batches values (0, 1, 'bootstrap', 1), (1, 2, 'daily', 1);
    insert into ops_db.batch_stages values (0, 'first', 1), (1, 'first', 2);`);
  const fill = fakeTask({
    async run({ db, pendingBatches, finishBatch }) {
      for (const batch of await pendingBatches("first")) {
        await db.transaction(async (tx) => {
          await tx.script(`insert into raw_db.users (user_id) values (${batch.id})`);
          await finishBatch(tx, batch);
        });
      }
      return {};
    },
  });
  const checks = checksFrom("- row_count: { max: 1 }", { writes: ["raw_db.users"] });
  const { status } = await executeFake(pool, DUE, {
    stages: [fakeStage("fill", { checks })],
    tasks: { fill },
  });
  assert.equal(status, "failed");
  assert.deepEqual(await ask(pool.url, "select user_id from raw_db.users"), [["0"]]);
  assert.deepEqual(await ask(pool.url, "select batch_id from ops_db.batch_stages where task = 'fill'"), [[
    "0",
  ]]);
  assert.deepEqual(
    await ask(pool.url, "select batch_id, n_rows, outcome, attempt from ops_db.check_results order by 1"),
    [["0", "1", "passed", "1"], ["1", "2", "failed", "1"]],
  );
  assert.match(
    String(await askOne(pool.url, "select error from ops_db.stage_runs")),
    /^Cannot finish batch 1 in stage "fill"/,
  );
});

Deno.test("execute() gives a task the checks of its stage that set rows aside, and no others", async () => {
  await using pool = await testPool();
  const lines = `
    - not_null: user_id
    - between: { column: rating, min: 1 }
      on_fail: quarantine`;
  let given: unknown;
  const look = fakeTask({
    run({ rowChecks }) {
      given = rowChecks.map(({ kind }) => kind);
      return Promise.resolve({});
    },
  });
  await executeFake(pool, DUE, {
    stages: [fakeStage("look", { checks: checksFrom(lines) })],
    tasks: { look },
  });
  assert.deepEqual(given, ["between"]);
});
