/** Back to the model before, from the snapshot that it was served from. */
import assert from "@std/assert";
import { join } from "node:path";
import { servingSchema } from "../../../models/snapshot/serving_settings.ts";
import publish from "../../../tasks/publish.ts";
import { ask, askOne } from "../import/_ask.ts";
import { filesOf } from "../_small_lake.ts";
import { type Desk, openDesk } from "./_desk.ts";

const ROWS = "select version, snapshot, status, batch_id from ops_db.publications order by publication_id";

const pointer = async ({ lake }: Desk) =>
  JSON.parse(await Deno.readTextFile(join(lake.artifacts, "current.json")));

/** Two models, each published when it was champion; then days on which the second one is published again. */
async function twoModels(desk: Desk): Promise<string[]> {
  const first = await desk.champion(1);
  await desk.publish();
  const second = await desk.champion(2);
  await desk.publish();
  await desk.lake.pool.script("update data_lake_db.movies set title = title || '!'");
  await desk.publish();
  await desk.endRun();
  return [first, second];
}

Deno.test("models rollback serves the last snapshot of the model before, as it was, and there and back again", async () => {
  await using desk = await openDesk();
  const [first, second] = await twoModels(desk);
  const { pool } = desk.lake;
  const [[, before], , [, newest]] = await ask(pool.url, ROWS);
  assert.equal(
    filesOf(desk.lake, "snapshots").length,
    3,
    "it stays, however often the next model is published",
  );
  const heard = Promise.withResolvers<string>();
  await using _listening = await pool.listen("matinee_published", heard.resolve);
  const { code, out, said } = await desk.models("rollback");
  assert.equal(code, 0);
  assert.match(
    out,
    /after [0-9a-f]{16}\. Published: the server has it now, as of batch 0, and adds what is newer/,
  );
  assert.deepEqual(said, [], "no stage has run");
  assert.equal(await heard.promise, "4");
  assert.deepEqual((await ask(pool.url, ROWS))[3], [first, before, "published", "0"]);
  const { publication_id, snapshot, version } = await pointer(desk);
  assert.deepEqual([publication_id, snapshot, version], [4, before, first]);
  assert.equal((await desk.statuses())[first], "champion");

  assert.match((await desk.models("promote", second)).out, /Published: the server has it now, as of batch 0/);
  assert.deepEqual((await ask(pool.url, ROWS))[4], [second, newest, "published", "0"]);
  assert.equal((await pointer(desk)).snapshot, newest);
});

Deno.test("models rollback makes the snapshot anew where the one before is gone, damaged, knows who was erased, or shows what is hidden", async () => {
  await using desk = await openDesk();
  const [first, second] = await twoModels(desk);
  const { pool, artifacts } = desk.lake;
  const path = join(artifacts, String((await ask(pool.url, ROWS))[0][1]));
  const bytes = await Deno.readFile(path);
  const spoils = [
    () => Deno.remove(path),
    () => Deno.writeFile(path, bytes.with(bytes.length - 1, bytes[bytes.length - 1] ^ 1)),
    () => pool.script("insert into ops_db.erasures (subject_hash, counts, erased_by) values ('', '{}', '')"),
    async () => {
      await pool.script("delete from ops_db.erasures");
      const { settings } = desk.day.context("publish");
      const serving = servingSchema.parse({ hide: { movies: [1] } });
      await desk.day.stage("publish", publish, { parts: { settings: { ...settings, serving } } });
      await desk.endRun();
    },
  ];
  for (const spoil of spoils) {
    await Deno.writeFile(path, bytes);
    await spoil();
    assert.match((await desk.models("rollback")).out, /Published: the server has it now\.\n$/);
    assert.equal(
      await askOne(pool.url, "select version from ops_db.publications order by publication_id desc"),
      first,
    );
    await pool.script(`
      delete from ops_db.publications where publication_id > 3;
      delete from ops_db.promotions where promotion_id > 2;
      update ops_db.model_versions set status = 'retired' where version = '${first}';
      update ops_db.model_versions set status = 'champion' where version = '${second}';`);
    await desk.endRun();
  }
});

Deno.test("models rollback that is killed before the pointer moves is undone by the next publication, of that model", async () => {
  await using desk = await openDesk();
  const [first] = await twoModels(desk);
  const { pool, artifacts } = desk.lake;
  await Deno.remove(join(artifacts, "current.json"));
  await Deno.mkdir(join(artifacts, "current.json", "x"), { recursive: true });
  await assert.rejects(desk.models("rollback"));
  assert.equal((await desk.statuses())[first], "champion");
  assert.equal((await ask(pool.url, ROWS))[3][2], "publishing");
  await Deno.remove(join(artifacts, "current.json"), { recursive: true });
  await desk.publish();
  const rows = await ask(pool.url, ROWS);
  assert.deepEqual(rows.slice(3).map(([version, , status]) => [version, status]), [[first, "undone"], [
    first,
    "published",
  ]]);
});
