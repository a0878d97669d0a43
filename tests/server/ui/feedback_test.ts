/** What For you reports of its lists, as it arrives in PostgreSQL. */
import assert from "@std/assert";
import { readKeys } from "../../../server/http/keys.ts";
import type { Pool } from "../../../sql/db.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { ask } from "../../tasks/import/_ask.ts";
import { createArchive } from "../_archive.ts";
import { until } from "../../support/until.ts";
import { servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";
import { pageTests, visit } from "./_visit.ts";

const test = pageTests("feedback_test.ts");
const PARTS = snapshotParts({ users: 40, seenShare: 0.3 });

const SHOWN = `
  select rec_id, user_id, min(position), max(position), count(*) from ops_db.feedback where event = 'impression'
  group by rec_id, user_id order by min(feedback_id)`;
const CHOSEN =
  "select movie_id, position, user_id from ops_db.feedback where event = 'click' order by feedback_id";

const counted = (response: { url(): string; status(): number }) =>
  response.url().endsWith("/feedback") && response.status() === 202;

async function withArchive(body: (pool: Pool) => Promise<void>) {
  await using pool = await testPool();
  await createArchive(pool, PARTS);
  await body(pool);
}

test("a list that is shown is reported once, and what is rated or opened of it", async () => {
  await withArchive(async (pool) => {
    // A list that no model made: the archive of this test has no versions.
    const { app } = writingApp(pool, await servingOf({ ...PARTS, champion: null }));
    await visit(app.fetch, async ({ open, origin }) => {
      const user = userIdOf(4);
      const address = `${origin}/users/${user}/recommendations?n=12&explain=true`;
      const list = await (await fetch(address)).json();
      const page = await open("/ui/how-it-works");
      await Promise.all([page.waitForResponse(counted), page.goto(`${origin}/ui?user=${user}`)]);
      assert.deepEqual((await ask(pool.url, SHOWN)).map(String), [`${list.rec_id},${user},1,12,12`]);

      await page.locator(".recommendations > li").nth(2).getByTitle("4 of 5").click();
      await page.locator("#announcer", { hasText: "ranked again" }).waitFor();
      const [second] = await page.locator(".recommendations h3").nth(1).allTextContents();
      await page.locator(".recommendations .cover").nth(1).click();
      await page.getByRole("heading", { level: 1, name: second }).waitFor();
      // The page is gone by the time the answer comes: PostgreSQL tells.
      await until(async () => (await ask(pool.url, CHOSEN)).length === 2, "the second click is counted");
      const clicks = await ask(pool.url, CHOSEN);
      assert.deepEqual(clicks.map(([, position, person]) => `${position} by ${person}`), [
        `3 by ${user}`,
        `2 by ${user}`,
      ]);
      assert.equal(clicks[0][0], String(list.items[2].movie_id));
      assert.equal((await ask(pool.url, SHOWN)).length, 2);
    });
  });
});

test("nothing is reported without a key that may write, and failures stay unheard", async () => {
  await withArchive(async (pool) => {
    const keys = readKeys(`me:read,write:${"w".repeat(24)}`, "the test");
    const serving = await servingOf(PARTS);
    const { app } = writingApp(pool, serving, { access: { keys, isLoopback: true } });
    const sent: string[] = [];
    const handler = (request: Request) => {
      if (request.url.endsWith("/feedback")) sent.push(request.headers.get("authorization") ?? "");
      return app.fetch(request);
    };
    await visit(handler, async ({ open, faults }) => {
      const page = await open("/ui");
      await page.locator(".recommendations:not(.is-busy) > li").first().waitFor();
      await page.evaluate(`sessionStorage.setItem("matinee.key", "${"w".repeat(24)}")`);
      // The list's version is none of this archive's: the report is refused, and there is no second one.
      const refused = page.waitForResponse((response) => response.url().endsWith("/feedback"));
      await page.goto(new URL(`/ui?user=${userIdOf(4)}`, page.url()).href);
      assert.equal((await refused).status(), 422);
      await page.locator(".recommendations .deeds").first().getByTitle("5 of 5").click();
      await page.locator("#announcer", { hasText: "ranked again" }).waitFor();
      assert.equal(await page.getByRole("alert").textContent(), "");
      assert.deepEqual(sent, [`Bearer ${"w".repeat(24)}`]);
      assert.match(faults.splice(0).join(), /422/);
    });
  });
});
