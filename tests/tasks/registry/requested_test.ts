/** Changes of the champion that come over the database. */
import assert from "@std/assert";
import { join } from "node:path";
import { changeChampion } from "../../../tasks/runner/schedule/champion.ts";
import { Session } from "../../../tasks/runner/session.ts";
import { ask, askOne } from "../import/_ask.ts";
import { memoryLog } from "../runner/_workplace.ts";
import { type Desk, openDesk, within } from "./_desk.ts";

const WORLD = {
  out: () => {},
  say: () => {},
  log: memoryLog(),
  signal: new AbortController().signal,
  now: () => new Date("2026-03-02T03:00:00Z"),
};
const NEWEST = "select kind, decided_by, reason from ops_db.promotions order by promotion_id desc limit 1";
const PUBLISHED =
  "select version from ops_db.publications where status = 'published' order by publication_id desc limit 1";

async function asked({ lake }: Desk, action: "promote" | "rollback", subject = "") {
  const home = await Deno.makeTempDir({ prefix: "matinee_asked_" });
  await Deno.symlink(lake.artifacts, join(home, "artifacts"));
  try {
    return await within({ MATINEE_HOME: home, DATABASE_URL: lake.pool.url }, async () => {
      await using session = await Session.open("schedule", WORLD.say);
      await session.lockRuns();
      return await changeChampion(session, { action, subject, by: "ada", reason: "because" }, {
        world: WORLD,
      });
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("changeChampion() promotes and rolls back in the name of who asked, and publishes", async () => {
  await using desk = await openDesk();
  const { url } = desk.lake.pool;
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  await desk.publish();
  await desk.endRun();
  assert.deepEqual(await asked(desk, "promote", first), { status: "succeeded", reason: null });
  assert.deepEqual(await ask(url, NEWEST), [["promote", "ada", "because"]]);
  assert.equal(await askOne(url, PUBLISHED), first);
  await desk.endRun();
  assert.deepEqual(await asked(desk, "rollback"), { status: "succeeded", reason: null });
  assert.deepEqual(await ask(url, NEWEST), [["rollback", "ada", "because"]]);
  assert.equal(await askOne(url, PUBLISHED), second);
  await assert.rejects(asked(desk, "promote", "ffff"), /Cannot find version "ffff"/);
});
