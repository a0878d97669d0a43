/** What operators look at, over a database that has been operated for three days. */
import assert from "@std/assert";
import { readKeys } from "../../../server/http/keys.ts";
import { SCHEDULER_LOCK } from "../../../tasks/runner/schedule/presence.ts";
import type { Pool } from "../../../sql/db.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";
import { CANDIDATE, CHAMPION, operate } from "./_operated.ts";
import { assertSound, pageTests, visit } from "./_visit.ts";

const test = pageTests("operators_test.ts");
const KEY = "o".repeat(24);
const ACCESS = { keys: readKeys(`op:read,write,operate:${KEY}`, "the test"), isLoopback: true };

async function operated(pool: Pool) {
  await operate(pool);
  const serving = await servingOf(snapshotParts({ users: 40, seenShare: 0.3 }));
  return writingApp(pool, serving, { access: ACCESS }).app.fetch;
}

test("Pipeline shows the run that failed, where and why; another run is opened; a run is asked for with a key", async () => {
  await using pool = await testPool();
  await using _scheduler = (await pool.tryLock(SCHEDULER_LOCK))!;
  await visit(await operated(pool), async ({ open, faults }) => {
    const page = await open("/ui/pipeline");
    await page.getByRole("heading", { name: "Run 3" }).waitFor();
    // What failed is what is opened first.
    await page.getByRole("heading", { name: "publish", level: 2 }).waitFor();
    await page.getByText("Cannot write the snapshot: disk full").waitFor();
    assert.equal(await page.locator(".graph .node").count(), 7);
    assert.equal(await page.locator(".graph path").count(), 7);
    await page.getByText("in your time").waitFor();
    await page.getByRole("button", { name: "features" }).press("Enter");
    await page.getByRole("heading", { name: "features", level: 2 }).waitFor();
    await page.getByRole("button", { name: "2", exact: true }).click();
    await page.getByRole("heading", { name: "Run 2" }).waitFor();
    assert.equal(new URL(page.url()).search, "?run=2");

    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByRole("alert").getByText("This needs a key").waitFor();
    assert.match(faults.splice(0).join(), /401/);
    await page.getByRole("button", { name: /^API key/ }).click();
    await page.getByLabel("Key", { exact: true }).fill("mistyped");
    await page.keyboard.press("Enter");
    await page.getByText("The server does not know this key.").waitFor();
    assert.match(faults.splice(0).join(), /401/);
    await page.getByLabel("Key", { exact: true }).fill(KEY);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "API key: entered" }).waitFor();
    await page.getByText("Needs a key with the scope operate.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Run now" }).click();
    await page.locator("main").getByText("The run (request 1) is asked for; the scheduler takes it up.")
      .waitFor();
    await pool.script(
      "update ops_db.run_requests set status = 'refused', error = 'today is done', finished_at = now()",
    );
    await page.locator("main").getByText("was refused. today is done").waitFor();
  });
});

test("Models shows the champion beside popularity, a verdict with its interval, and promotes after a question", async () => {
  await using pool = await testPool();
  await using _scheduler = (await pool.tryLock(SCHEDULER_LOCK))!;
  await visit(await operated(pool), async ({ open }) => {
    const page = await open("/ui/models");
    await page.getByText("Newest holdout figure: champion 0.2230, popularity 0.1430; higher is better.")
      .waitFor();
    await page.evaluate(`sessionStorage.setItem("matinee.key", "${KEY}")`);
    await page.getByRole("button", { name: CANDIDATE.slice(0, 8) }).click();
    await page.getByText("nDCG may be worse by more than its margin").waitFor();
    await page.getByText("As a table: the gate's comparisons").click();
    await page.getByRole("cell", { name: "0.0060 … 0.0210" }).waitFor();
    await page.getByRole("button", { name: "Promote this version" }).click();
    await page.getByRole("button", { name: "No", exact: true }).click();
    await page.getByRole("button", { name: "Promote this version" }).click();
    await page.getByRole("button", { name: "Yes, do it" }).click();
    await page.locator("main").getByText("The promotion (request 1) is asked for").waitFor();
    const { action, subject } =
      (await pool.row<{ action: string; subject: string }>("operate/request_state", [1]))!;
    assert.deepEqual([action, subject], ["promote", CANDIDATE]);
    await pool.script("update ops_db.run_requests set status = 'done', finished_at = now()");
    await page.locator("main").getByText("The promotion (request 1) is done.").waitFor();
    await page.getByRole("button", { name: CHAMPION.slice(0, 8) }).click();
    await page.getByText("by the gate: the first version").waitFor();
  });
});

test("Data has each list as figures, as a table and as a CSV file", async () => {
  await using pool = await testPool();
  await visit(await operated(pool), async ({ open }) => {
    const page = await open("/ui/data");
    await page.getByText("From 2026-02-27 to 2026-02-28; most on 2026-02-28: 6.").waitFor();
    await page.getByRole("rowheader", { name: "exact repeat" }).waitFor();
    const links = await page.getByRole("link", { name: /^CSV of/ }).all();
    assert.ok(links.length >= 8);
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV of Refused ratings" }).click();
    const file = await Deno.readTextFile(await (await downloading).path());
    assert.equal(file, "reason,n_ratings\r\nexact_repeat,2\r\nrating_off_scale,1\r\n");
  });
});

test("Drift puts what is beyond its threshold first; How it works has the live figures", async () => {
  await using pool = await testPool();
  await visit(await operated(pool), async ({ open }) => {
    const page = await open("/ui/drift");
    await page.getByText("1 beyond the threshold").waitFor();
    assert.equal(await page.getByRole("heading", { level: 2 }).first().textContent(), "psi, rating");
    await page.goto(new URL("/ui/how-it-works", page.url()).href);
    await page.locator(".story .tiles", { hasText: /people\s*40/ }).waitFor();
    await page.locator(".story .tiles", { hasText: /stages\s*7/ }).waitFor();
    await page.getByText("two_tower in service").waitFor();
  });
});

test("operators' pages fit a phone, and axe finds nothing serious, in light and dark", async () => {
  await using pool = await testPool();
  await visit(await operated(pool), async ({ open, origin }) => {
    const page = await open("/ui/pipeline", { width: 360 });
    for (
      const path of [
        "/ui/pipeline",
        `/ui/models?version=${CANDIDATE}`,
        "/ui/data",
        "/ui/drift",
        "/ui/how-it-works",
      ]
    ) {
      await page.goto(origin + path);
      await page.locator("main .panel").first().waitFor();
      await page.evaluate(`document.querySelectorAll("details").forEach((details) => details.open = true)`);
      await assertSound(page);
    }
  });
});

test("while PostgreSQL is down, the pages say so and what to do", async () => {
  const serving = await servingOf(snapshotParts({ users: 40, seenShare: 0.3 }));
  await using pool = await testPool();
  const { Problem } = await import("../../../server/http/problem.ts");
  const down = { use: () => Promise.reject(new Problem("database-down", "PostgreSQL does not answer.")) };
  await visit(writingApp(pool, serving, { database: down }).app.fetch, async ({ open, faults }) => {
    const page = await open("/ui/pipeline");
    await page.getByRole("alert").getByText("The database does not answer").waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await page.goto(new URL("/ui/data", page.url()).href);
    await page.getByRole("alert").getByText("The database does not answer").waitFor();
    await page.getByRole("heading", { name: "Stars given" }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Refused ratings" }).count(), 0);
    await page.goto(new URL("/ui/how-it-works", page.url()).href);
    await page.locator(".story .tiles", { hasText: /people\s*40/ }).waitFor();
    assert.match(faults.splice(0).join(), /503/);
  });
});
