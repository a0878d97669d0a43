/** The commands that change the champion. */
import assert from "@std/assert";
import { join } from "node:path";
import { connect } from "../../../sql/db.ts";
import { RUN_LOCK } from "../../../tasks/runner/run/journal.ts";
import { ask, askOne } from "../import/_ask.ts";
import { type Desk, openDesk } from "./_desk.ts";

const PUBLISHED =
  "select version from ops_db.publications where status = 'published' order by publication_id desc limit 1";
const HISTORY = "select version, predecessor, kind from ops_db.promotions order by promotion_id";

/** Versions that the best score is of, with their RMSE beside the version's own. */
async function bestScore({ lake }: Desk): Promise<(string | null)[][]> {
  return await ask(
    lake.pool.url,
    `select distinct b.version, (b.value = (v.metrics ->> b.metric)::float8)::text
     from ops_db.best_score b join ops_db.model_versions v using (version)`,
  );
}

Deno.test("models promote makes a version the champion, with its score, and publishes it at once", async () => {
  await using desk = await openDesk();
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  await desk.publish();
  await desk.endRun();
  const { code, out } = await desk.models("promote", first, "--reason", "the second one is odd");
  assert.equal(code, 0);
  assert.match(
    out,
    new RegExp(`^two_tower ${first} is the champion, after ${second}\\. Published: the server has it`),
  );
  assert.deepEqual(await desk.statuses(), { [first]: "champion", [second]: "retired" });
  assert.deepEqual(await bestScore(desk), [[first, "true"]]);
  assert.equal(await askOne(desk.lake.pool.url, PUBLISHED), first);
  assert.deepEqual(await ask(desk.lake.pool.url, HISTORY), [
    [first, null, "gate"],
    [second, first, "gate"],
    [first, second, "promote"],
  ]);
  const last =
    "select reason, decided_by like '%@%', run_id from ops_db.promotions order by promotion_id desc limit 1";
  assert.deepEqual(await ask(desk.lake.pool.url, last), [["the second one is odd", "true", null]]);
});

Deno.test("models promote of the champion changes nothing", async () => {
  await using desk = await openDesk();
  const version = await desk.champion(1);
  await desk.endRun();
  const { code, out } = await desk.models("promote", version);
  assert.deepEqual([code, out], [0, `two_tower ${version} is the champion already. Nothing has changed.\n`]);
  assert.equal((await ask(desk.lake.pool.url, HISTORY)).length, 1);
  assert.equal((await ask(desk.lake.pool.url, PUBLISHED)).length, 0);
});

Deno.test("models promote of a candidate that nobody judged leaves no figures of the champion before", async () => {
  await using desk = await openDesk();
  await desk.champion(1);
  const waiting = await desk.train(2);
  await desk.endRun();
  const answer = JSON.parse((await desk.models("promote", waiting, "--later", "--json")).out);
  assert.deepEqual([answer.version, answer.is_new, answer.is_published], [waiting, true, false]);
  assert.deepEqual(await bestScore(desk), []);
  assert.equal((await desk.statuses())[waiting], "champion");
});

Deno.test("models rollback goes back step by step, and not to and fro", async () => {
  await using desk = await openDesk();
  const versions = [await desk.champion(1), await desk.champion(2), await desk.champion(3)];
  await desk.publish();
  await desk.endRun();
  for (const wanted of [versions[1], versions[0]]) {
    assert.equal((await desk.models("rollback")).code, 0);
    assert.equal((await desk.statuses())[wanted], "champion");
    assert.equal(await askOne(desk.lake.pool.url, PUBLISHED), wanted);
    assert.deepEqual(await bestScore(desk), [[wanted, "true"]]);
    await desk.endRun(); // the stages that this test called by hand are not in the journal
  }
  await assert.rejects(desk.models("rollback"), {
    name: "UsageError",
    message: new RegExp(`champion ${versions[0]} has no predecessor: it was the first`),
  });
});

Deno.test("models rollback without a champion says so", async () => {
  await using desk = await openDesk();
  await assert.rejects(desk.models("rollback"), {
    name: "UsageError",
    message: /there is no champion\. Next: deno task daily/,
  });
});

Deno.test("models promote leaves an unfinished run to publish by itself", async () => {
  await using desk = await openDesk();
  const [first] = [await desk.champion(1), await desk.champion(2)];
  const { code, out } = await desk.models("promote", first);
  assert.equal(code, 0);
  assert.match(
    out,
    /The run of 2026-03-01 is unfinished: it publishes when it goes on\. Next: deno task daily\n$/,
  );
  assert.equal((await ask(desk.lake.pool.url, PUBLISHED)).length, 0);
});

Deno.test("models promote and rollback wait for no run at work: they say who it is, and change nothing", async () => {
  await using desk = await openDesk();
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  const other = connect(desk.lake.pool.url, { name: "matinee daily (pid 7)" });
  const lock = (await other.tryLock(RUN_LOCK))!;
  for (const args of [["promote", first], ["rollback"]]) {
    await assert.rejects(desk.models(...args), {
      name: "UsageError",
      message: /^Cannot start as "matinee daily \(pid 7\)".* is at work\. Next: deno task status$/,
    });
  }
  // Looking needs no lock.
  assert.equal((await desk.models("list")).code, 0);
  await lock[Symbol.asyncDispose]();
  await other.end();
  assert.equal((await desk.statuses())[second], "champion");
});

Deno.test("models promote refuses a damaged, a lost and a foreign artifact, and the champion stays", async () => {
  await using desk = await openDesk();
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  const path = join(desk.lake.artifacts, "models", `${first}.bin`);
  const sound = await Deno.readFile(path);
  const flipped = sound.slice();
  flipped[flipped.length - 9] ^= 1;
  for (
    const [bytes, message] of [
      [flipped, /its content has changed: found hash/],
      [sound.subarray(0, 100), /its content has changed/],
      [new TextEncoder().encode('{"model": "two_tower"}'), /its content has changed/],
      [null, /is not in .*matinee_desk/],
    ] as const
  ) {
    if (bytes === null) await Deno.remove(path);
    else await Deno.writeFile(path, bytes);
    await assert.rejects(desk.models("promote", first), { name: "UsageError", message });
  }
  await Deno.writeFile(path, sound);
  await desk.lake.pool.script(`update ops_db.model_versions set model = 'bias' where version = '${first}'`);
  await assert.rejects(desk.models("promote", first), {
    name: "UsageError",
    message: /as "bias": found "two_tower"/,
  });
  assert.equal((await desk.statuses())[second], "champion");
  assert.equal((await ask(desk.lake.pool.url, HISTORY)).length, 2);
});
