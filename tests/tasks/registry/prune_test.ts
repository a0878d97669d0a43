import assert from "@std/assert";
import { join } from "node:path";
import { servingSchema } from "../../../models/snapshot/serving_settings.ts";
import { connect } from "../../../sql/db.ts";
import publish from "../../../tasks/publish.ts";
import train from "../../../tasks/train.ts";
import { RUN_LOCK } from "../../../tasks/runner/run/journal.ts";
import { ask } from "../import/_ask.ts";
import { FAST, filesOf } from "../_small_lake.ts";
import { type Desk, openDesk } from "./_desk.ts";

/** As if the versions of before were champions of a time long past, and beaten since. */
const AGE = `
  update ops_db.model_versions set metrics = '{}' where status = 'retired';
  update ops_db.judgements set standards = jsonb_build_object('rmse', champion)`;

const prunedIn = async ({ lake }: Desk) =>
  (await ask(lake.pool.url, "select version from ops_db.model_versions where pruned_at is not null")).flat();

Deno.test("models prune removes what nothing needs, keeps its row, and says why the rest stays", async () => {
  await using desk = await openDesk();
  const [first, second, third] = [await desk.champion(1), await desk.champion(2), await desk.champion(3)];
  await desk.publish();
  await desk.lake.pool.script(AGE);
  const waiting = await desk.train(4);
  assert.equal(filesOf(desk.lake, "models").length, 4);

  const dry = await desk.models("prune", "--keep", "0", "--dry-run");
  assert.match(dry.out, /1 version would be pruned, [\d,]+ bytes\.\n$/);
  assert.equal(filesOf(desk.lake, "models").length, 4);

  const { code, out } = await desk.models("prune", "--keep", "0");
  assert.equal(code, 0);
  assert.match(out, new RegExp(`${first} +gone +retired`));
  assert.match(out, new RegExp(`${second} +stays +a rollback goes to it`));
  assert.match(out, new RegExp(`${third} +stays +it is the champion`));
  assert.match(out, new RegExp(`${waiting} +stays +it waits for the gate`));
  assert.deepEqual(filesOf(desk.lake, "models"), [second, third, waiting].map((v) => `${v}.bin`).sort());
  assert.deepEqual(await prunedIn(desk), [first]);
  assert.match((await desk.models("list")).out, new RegExp(`${first}.* retired, pruned`));
  await assert.rejects(desk.models("promote", first), {
    name: "UsageError",
    message: /its artifact was pruned on 20\d\d-/,
  });
  // Nothing is left to do.
  assert.match((await desk.models("prune", "--keep", "0")).out, /^0 versions pruned, 0 bytes freed\.$/m);
});

Deno.test("models prune keeps the variants and the shadow that the server has", async () => {
  await using desk = await openDesk();
  const versions = [
    await desk.champion(1),
    await desk.champion(2),
    await desk.champion(3),
    await desk.champion(4),
  ];
  await desk.lake.pool.script(AGE);
  const serving = servingSchema.parse({
    variants: { before: { model: versions[0], share: 0.5 } },
    shadow: { model: versions[1], share: 0.1 },
  });
  const settings = { ...desk.day.context("publish").settings, serving };
  await desk.day.stage("publish", publish, { parts: { settings } });
  const { out } = await desk.models("prune", "--keep", "0", "--dry-run");
  assert.match(out, new RegExp(`${versions[0]} +stays +it is variant before`));
  assert.match(out, new RegExp(`${versions[1]} +stays +it is the shadow`));
  await desk.publish();
  assert.match((await desk.models("prune", "--keep", "0")).out, /^2 versions pruned/m);
});

Deno.test("models prune keeps the champions that the gate compares with, and those of served snapshots", async () => {
  await using desk = await openDesk();
  const [first, second, third] = [await desk.champion(1), await desk.champion(2), await desk.champion(3)];
  const { out } = await desk.models("prune", "--keep", "0");
  assert.match(out, new RegExp(`${first} +stays +the gate compares`));
  await desk.lake.pool.script(AGE);
  await desk.lake.pool.script("update ops_db.promotions set predecessor = null");
  await desk.lake.pool.script(
    `insert into ops_db.publications (run_id, version, batch_id, snapshot, sha256, status)
     values (1, '${first}', 0, 's', 's', 'published'), (1, '${third}', 0, 't', 't', 'publishing')`,
  );
  const again = JSON.parse((await desk.models("prune", "--keep", "0", "--json")).out);
  assert.deepEqual(again.pruned, [second]);
  assert.ok(
    again.kept.some(({ version, reason }: { version: string; reason: string }) =>
      version === first && reason === "a snapshot names it"
    ),
  );
});

Deno.test("models prune keeps the newest N, refuses other numbers, and waits for no run", async () => {
  await using desk = await openDesk();
  for (const seed of [1, 2, 3]) await desk.champion(seed);
  await desk.lake.pool.script(AGE);
  assert.match((await desk.models("prune")).out, /^0 versions pruned/m);
  assert.match((await desk.models("prune", "--keep", "3")).out, /it is one of the newest 3/);
  for (const keep of ["-1", "1.5", "few", ""]) {
    await assert.rejects(desk.models("prune", `--keep=${keep}`), {
      name: "UsageError",
      message: /Cannot keep/,
    });
  }
  const other = connect(desk.lake.pool.url, { name: "matinee daily (pid 7)" });
  const lock = (await other.tryLock(RUN_LOCK))!;
  await assert.rejects(desk.models("prune"), { name: "UsageError", message: /is at work/ });
  assert.equal((await desk.models("prune", "--dry-run")).code, 0);
  await lock[Symbol.asyncDispose]();
  await other.end();
});

Deno.test("a version that was pruned and is trained again is there again", async () => {
  await using desk = await openDesk();
  const [first] = [await desk.champion(1), await desk.champion(2), await desk.champion(3)];
  await desk.lake.pool.script(AGE);
  await desk.models("prune", "--keep", "0");
  assert.deepEqual(await prunedIn(desk), [first]);
  const options = { params: { ...FAST, mode: "scratch" }, parts: { seed: 1 } };
  assert.equal((await desk.day.stage("train", train, options)).version, first);
  assert.deepEqual(await prunedIn(desk), []);
  assert.ok((await Deno.stat(join(desk.lake.artifacts, "models", `${first}.bin`))).isFile);
});
