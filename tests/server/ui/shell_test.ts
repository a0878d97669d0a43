/** What every page has: theme, key, navigation, what is said when something fails. */
import assert from "@std/assert";
import { snapshotParts } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";
import { pageTests, visit } from "./_visit.ts";

const test = pageTests("shell_test.ts");
const fetchOf = (current: Parameters<typeof appOn>[0]) => appOn(current).app.fetch;

test("the theme goes from the system's to light to dark, and stays through a reload", async () => {
  await visit(fetchOf(await servingOf(snapshotParts())), async ({ open }) => {
    const page = await open("/ui/movies", { colorScheme: "dark" });
    const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const dark = await ground();
    const button = page.getByRole("button", { name: /^Theme/ });
    await button.click();
    assert.equal(await button.getAttribute("aria-label"), "Theme: light");
    assert.notEqual(await ground(), dark);
    await button.press("Enter");
    assert.equal(await button.getAttribute("aria-label"), "Theme: dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.reload();
    assert.equal(await ground(), dark);
  });
});

test("the first tab leads past the navigation, and the facts say what is served", async () => {
  await visit(fetchOf(await servingOf(snapshotParts({ isSample: true }))), async ({ open }) => {
    const page = await open("/ui/movies");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the page");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement.id"), "main");
    await page.getByText("Sample data (sample): these people and ratings are made up.").waitFor();
    assert.match(
      await page.locator("#facts").textContent() ?? "",
      /two_tower test-1 · sample of 2026-03-01 · 60 movies/,
    );
  });
});

test("a key stays in the tab, goes with requests, and is forgotten when asked", async () => {
  const sent: (string | null)[] = [];
  const app = fetchOf(await servingOf(snapshotParts()));
  const handler = (request: Request) => {
    const isStats = new URL(request.url).pathname === "/stats";
    if (!isStats) return app(request);
    sent.push(request.headers.get("authorization"));
    // The key is none of the server's: it is taken away, so that the page goes on.
    return app(new Request(request.url));
  };
  await visit(handler, async ({ open }) => {
    const page = await open("/ui/movies");
    const button = page.getByRole("button", { name: /^API key/ });
    assert.equal(await button.getAttribute("aria-label"), "API key: none entered");
    await button.click();
    await page.getByLabel("Key", { exact: true }).fill("secret-secret-secret-1");
    await page.route("**/*", (route) => {
      const headers = route.request().headers();
      if (!route.request().url().endsWith("/stats")) delete headers.authorization;
      return route.continue({ headers });
    });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "API key: entered" }).waitFor();
    await page.locator("#facts", { hasText: "two_tower" }).waitFor();
    assert.equal(sent.at(-1), "Bearer secret-secret-secret-1");
    assert.equal(await page.evaluate("localStorage.length"), 0);
    assert.equal((await page.content()).includes("secret-secret"), false);
    await page.getByRole("button", { name: "API key: entered" }).click();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await page.getByRole("button", { name: "API key: none entered" }).waitFor();
    await page.locator("#facts", { hasText: "two_tower" }).waitFor();
    assert.equal(sent.at(-1), null);
  });
});
