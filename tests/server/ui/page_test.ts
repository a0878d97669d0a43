/** The page in a real browser. Where there is none, the tests are left out, and say so. */
import assert from "@std/assert";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Serving } from "../../../server/live/live.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";

const BROWSER = "/usr/bin/chromium";
const hasBrowser = await Deno.stat(BROWSER).then(() => true, () => false);
if (!hasBrowser) {
  const line = `page_test.ts is left out as there is no ${BROWSER}: apt-get install chromium\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

interface Visit {
  page: Page;
  origin: string;
  /** Console errors, page errors, and requests to anywhere else. */
  faults: string[];
}

/** Opens the page of a server on `current`, and checks at the end that nothing went wrong in it. */
async function visit(
  current: Serving | null,
  body: (visit: Visit) => Promise<void>,
  options: { colorScheme?: "light" | "dark"; width?: number } = {},
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, appOn(current).app.fetch);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const browser: Browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
  try {
    const { colorScheme = "light", width = 1100 } = options;
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const faults: string[] = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) faults.push(request.url());
    });
    await body({ page, origin, faults });
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

const cards = (page: Page) => page.locator("#movies li");
const PARTS = snapshotParts({ users: 40, seenShare: 0.5 });

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !hasBrowser, fn });
}

test("the page shows ten cards with title, year, genres and expected stars", async () => {
  await visit(await servingOf(PARTS), async ({ page, origin, faults }) => {
    await page.goto(origin);
    await cards(page).nth(9).waitFor();
    assert.equal(await cards(page).count(), 10);
    const list = await (await fetch(`${origin}/users/${userIdOf(0)}/recommendations`)).json();
    const { title, year, genres, score } = list.items[0];
    assert.deepEqual(await cards(page).first().locator("span, h3, p").allTextContents(), [
      "1",
      year ? `${title} (${year})` : title,
      genres.join(" · "),
      `★ ${score.toFixed(2)} expected`,
    ]);
    assert.equal(await page.getByRole("heading", { level: 2 }).textContent(), `For user ${userIdOf(0)}`);
    assert.match(await page.locator("#about").textContent() ?? "", /Source: two_tower test-1\./);
    assert.match(
      await page.locator("#facts").textContent() ?? "",
      /ml-test of 2026-03-01 · 60 movies, 40 people/,
    );
    assert.equal(await page.locator("#sample").isVisible(), false);
    assert.equal(await page.locator("#movies b").count(), 0);
    assert.deepEqual(faults, []);
  });
});

test("a suggested user is chosen by a click, any other by keyboard, and the address keeps them", async () => {
  await visit(await servingOf(PARTS), async ({ page, origin, faults }) => {
    await page.goto(origin);
    await page.getByRole("button", { name: "User 39", exact: true }).click();
    await page.getByRole("heading", { name: "For user 39" }).waitFor();
    assert.equal(new URL(page.url()).search, "?user=39");
    assert.equal(
      await page.getByRole("button", { name: "User 39", exact: true }).getAttribute("aria-pressed"),
      "true",
    );
    await page.getByLabel("User", { exact: true }).focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("6");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "For user 6" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "For user 6" }).waitFor();
    assert.equal(await cards(page).count(), 10);
    assert.deepEqual(faults, []);
  });
});

test("someone new gets popular movies, and is told that nothing is known of them", async () => {
  await visit(await servingOf(PARTS), async ({ page, origin, faults }) => {
    await page.goto(origin);
    await page.getByRole("button", { name: "Someone new" }).click();
    await page.getByRole("heading", { name: "For someone new (user 121)" }).waitFor();
    assert.match(
      await page.getByRole("status").textContent() ?? "",
      /^Nothing is known of this person yet: these are popular movies/,
    );
    assert.equal(await cards(page).first().locator(".score").textContent(), "40 ratings");
    assert.deepEqual(faults, []);
  });
});

test("the sample is labelled, and without a model the page says which command trains one", async () => {
  const parts = snapshotParts({ users: 40, seenShare: 0.5, hasChampion: false, isSample: true });
  await visit(await servingOf(parts), async ({ page, origin, faults }) => {
    await page.goto(origin);
    await cards(page).first().waitFor();
    assert.match(await page.locator("#sample").textContent() ?? "", /^Sample data \(sample\)/);
    assert.ok(await page.locator("#sample").isVisible());
    assert.match(await page.getByRole("status").textContent() ?? "", /no model yet.*type: deno task daily$/);
    assert.deepEqual(faults, []);
  }, { colorScheme: "dark" });
});

test("with nothing to serve, or nobody to ask, the page says what to type", async () => {
  await visit(null, async ({ page, origin }) => {
    await page.goto(origin);
    await page.getByText("There is nothing to recommend yet").waitFor();
    assert.match(await page.getByRole("status").textContent() ?? "", /Type: deno task daily$/);
  });
  await visit(await servingOf(PARTS), async ({ page, origin }) => {
    await page.goto(`${origin}/?user=abc`);
    await page.getByText('found "abc"').waitFor();
    await page.route("**/users/**", (route) => route.abort());
    await page.getByRole("button", { name: "User 3", exact: true }).click();
    await page.getByText("Start it with: deno task serve").waitFor();
    assert.equal(await cards(page).count(), 0);
  });
});

test("somebody who has seen everything is told so", async () => {
  const everything = Array.from({ length: 60 }, (_, movie): [number, number] => [3, movieIdOf(movie)]);
  await visit(await servingOf(PARTS, everything), async ({ page, origin }) => {
    await page.goto(`${origin}/?user=3`);
    await page.getByText("Nothing is left: every movie has been seen.").waitFor();
  });
});

test("on a phone nothing is wider than the screen", async () => {
  await visit(await servingOf(PARTS), async ({ page, origin }) => {
    await page.goto(origin);
    await cards(page).nth(9).waitFor();
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
  }, { width: 320 });
});
