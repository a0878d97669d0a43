/** For you, on the real application: guests, people of the archive, filters, and what a rating does. */
import assert from "@std/assert";
import type { Page } from "playwright-core";
import { readKeys } from "../../../server/http/keys.ts";
import { testPool } from "../../support/database.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { ask } from "../../tasks/import/_ask.ts";
import { createArchive } from "../_archive.ts";
import { appOn, servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";
import { assertSound, pageTests, visit } from "./_visit.ts";

const test = pageTests("for_you_test.ts");
const PARTS = snapshotParts({ users: 40, seenShare: 0.3 });
/** There is a key, so reading is open and writing is not: no feedback is sent. */
const keys = readKeys(`me:read,write:${"w".repeat(24)}`, "the test");
const access = { keys, isLoopback: true };
const handler = async () => appOn(await servingOf(PARTS), {}, { access }).app.fetch;

const cards = (page: Page) => page.locator(".recommendations > li");
const titles = (page: Page) => page.locator(".recommendations h3").allTextContents();
/** Waits until the list has been asked for and shown. */
const settled = (page: Page) => page.locator(".recommendations:not(.is-busy) > li").first().waitFor();

test("a guest starts from popular movies; a click on a star re-ranks, says so, and survives a reload", async () => {
  await visit(await handler(), async ({ open }) => {
    const page = await open("/ui");
    await settled(page);
    assert.equal(await cards(page).count(), 12);
    assert.match(await page.locator("#source").textContent() ?? "", /nothing is known of this person yet/);
    const [first] = await titles(page);
    assert.match(first, /^Amélie \d+: <b>"the" movie<\/b>$/);
    assert.equal(await page.locator(".recommendations h3 b").count(), 0);
    await cards(page).first().getByTitle("4 of 5").click();
    await page.locator("#announcer", { hasText: "The list is ranked again." }).waitFor();
    assert.equal((await titles(page)).includes(first), false);
    await page.getByRole("group", { name: `Your rating of ${first}` }).getByLabel("4 stars").waitFor();
    await page.reload();
    await settled(page);
    assert.equal((await titles(page)).includes(first), false);
    await page.getByRole("button", { name: `Remove the rating of ${first}` }).click();
    await page.locator("#source", { hasText: "nothing is known" }).waitFor();
  });
});

test("a movie is found and rated by keyboard alone", async () => {
  await visit(await handler(), async ({ open }) => {
    const page = await open("/ui");
    await settled(page);
    await page.getByRole("searchbox", { name: "Search by title" }).focus();
    await page.keyboard.type("amelie 17");
    await page.locator(".hits li").first().waitFor();
    await page.keyboard.press("Tab");
    // Arrows only choose: the list stays until Enter.
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator(".rated li").count(), 0);
    await page.keyboard.press("Enter");
    await page.locator(".rated li").waitFor();
    const kept = await page.evaluate<string>("sessionStorage.getItem('matinee.guest')");
    assert.deepEqual(JSON.parse(kept).ratings[0][0], movieIdOf(17));
    // In the list, a digit rates, and the focus stays at that place.
    await cards(page).nth(2).getByLabel("1 star", { exact: true }).focus();
    await page.keyboard.press("5");
    await page.locator(".rated li").nth(1).waitFor();
    await page.waitForFunction(
      "document.activeElement.closest('.recommendations > li') === document.querySelectorAll('.recommendations > li')[2]",
    );
  });
});

test("a person of the archive: their profile, what they rate is tried out, hidden movies come back", async () => {
  await visit(await handler(), async ({ open, origin }) => {
    const user = userIdOf(4);
    const page = await open("/ui");
    await page.getByLabel("User of the archive").fill(String(user));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `For user ${user}` }).waitFor();
    await page.locator(".profile").waitFor();
    assert.equal(new URL(page.url()).search, `?user=${user}`);
    const { items } = await (await fetch(`${origin}/users/${user}/recommendations?n=12`)).json();
    assert.deepEqual(await titles(page), items.map(({ title }: { title: string }) => title));
    assert.match(
      await page.locator(".panel", { hasText: "Ratings given here" }).textContent() ?? "",
      /nothing is stored/,
    );
    await cards(page).first().getByTitle("5 of 5").click();
    await page.locator("#announcer", { hasText: "ranked again" }).waitFor();
    assert.equal((await titles(page)).includes(items[0].title), false);
    const again = await (await fetch(`${origin}/users/${user}/recommendations?n=1`)).json();
    assert.equal(again.items[0].movie_id, items[0].movie_id);

    const hidden = (await titles(page))[1];
    await page.getByRole("button", { name: `Hide ${hidden}`, exact: true }).click();
    await page.getByRole("button", { name: `${hidden} ↩: bring back` }).or(
      page.locator(".chips button", { hasText: hidden }),
    ).waitFor();
    assert.equal((await titles(page)).includes(hidden), false);
    await page.locator(".chips button", { hasText: hidden }).click();
    await page.locator(".recommendations h3", { hasText: hidden }).waitFor();
  });
});

test("filters narrow the list, and are cleared by one button", async () => {
  await visit(await handler(), async ({ open }) => {
    const page = await open(`/ui?user=${userIdOf(4)}`);
    await settled(page);
    await page.locator(".filters summary").click();
    await page.getByRole("button", { name: "Comedy", exact: true }).click();
    await page.locator(".filters summary", { hasText: "Comedy" }).waitFor();
    await page.getByLabel("From", { exact: true }).fill("1960");
    await page.keyboard.press("Tab");
    await page.locator(".filters summary", { hasText: "Comedy, from 1960" }).waitFor();
    await settled(page);
    const lines = await page.locator(".recommendations .about > p.quiet").allTextContents();
    assert.ok(lines.length > 0);
    for (const line of lines) {
      assert.match(line, /Comedy/);
      assert.ok(Number(line.slice(0, 4)) >= 1960, line);
    }
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await page.locator(".filters summary", { hasText: "none" }).waitFor();
  });
});

test("why not: a seen movie is said to be seen, with its stars", async () => {
  await visit(await handler(), async ({ open, origin }) => {
    const user = userIdOf(4);
    const { items: [seen] } = await (await fetch(`${origin}/users/${user}/ratings?n=1`)).json();
    const page = await open(`/ui?user=${user}`);
    await settled(page);
    await page.getByRole("searchbox", { name: "A movie you miss" }).fill(seen.title);
    await page.locator(".hits button").first().click();
    await page.getByText(`They have rated it already, with ${seen.rating} stars.`).waitFor();
    assert.equal(await page.evaluate("document.activeElement.id"), "why-not-answer");
  });
});

test("on a phone nothing overflows and axe finds nothing serious, in light and dark", async () => {
  await visit(await handler(), async ({ open }) => {
    const page = await open(`/ui?user=${userIdOf(4)}`, { width: 360 });
    await settled(page);
    await page.locator(".filters summary").click();
    await cards(page).first().getByTitle("5 of 5").tap();
    await page.locator(".rated li").waitFor();
    await assertSound(page);
  });
});

test("a rating is stored for good when the box says so, and refused aloud without a key that may", async () => {
  await using pool = await testPool();
  await createArchive(pool, PARTS);
  const { app } = writingApp(pool, await servingOf(PARTS), { access });
  await visit(app.fetch, async ({ open, faults }) => {
    const page = await open(`/ui?user=${userIdOf(4)}`);
    await settled(page);
    await page.getByLabel(`Save ratings to user ${userIdOf(4)}`).check();
    await cards(page).last().getByTitle("5 of 5").click();
    await page.getByRole("alert").getByText("This needs a key").waitFor();
    // It is seen from the end of the list, too.
    assert.ok(await page.evaluate<number>("scrollY") > 0);
    assert.ok(
      await page.evaluate<number>("document.querySelector('.banner').getBoundingClientRect().top") > 0,
    );
    assert.match(faults.splice(0).join(), /401/);
    await page.evaluate(`sessionStorage.setItem("matinee.key", "${"w".repeat(24)}")`);
    const answer = page.waitForResponse((response) => response.url().endsWith("/ratings"));
    await page.getByRole("button", { name: "Try again" }).click();
    assert.equal((await answer).status(), 202);
    const [stored] = await ask(pool.url, "select user_id, rating from raw_db.inbox");
    assert.deepEqual(stored.map(Number), [userIdOf(4), 5]);
    await page.getByText(/^Saved: Amélie .*, ★ 5\.$/).waitFor();
    // What is saved is saved to one person: for another it is asked anew.
    await page.getByLabel("User of the archive").fill(String(userIdOf(5)));
    await page.keyboard.press("Enter");
    assert.equal(await page.getByLabel(`Save ratings to user ${userIdOf(5)}`).isChecked(), false);
  });
});
