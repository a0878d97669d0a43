/** Movies: found by title, their facts, how they were rated, what is like them. */
import assert from "@std/assert";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";
import { assertSound, pageTests, visit } from "./_visit.ts";

const test = pageTests("movie_test.ts");
const handler = async () => appOn(await servingOf(snapshotParts({ users: 40, seenShare: 0.3 }))).app.fetch;

test("a movie is found by title, and its page has its facts, ratings and likes", async () => {
  await visit(await handler(), async ({ open, origin }) => {
    const page = await open("/ui/movies");
    await page.locator(".strip li").first().waitFor();
    await page.getByRole("searchbox", { name: "Search by title" }).fill("amelie 17");
    await page.locator(".hits a").first().click();
    const movie = await (await fetch(`${origin}/movies/${movieIdOf(17)}`)).json();
    await page.getByRole("heading", { level: 1, name: movie.title }).waitFor();
    assert.equal(await page.title(), `${movie.title} (${movie.year}) · Matinee`);
    assert.match(
      await page.locator(".movie-head .tiles").textContent() ?? "",
      new RegExp(`${movie.n_ratings}`),
    );
    await page.getByText("As a table: How it was rated").click();
    const counts = await page.locator("figure td:nth-child(2)").allTextContents();
    assert.deepEqual(counts.map(Number), movie.histogram);
    // The canvas is not empty: some of its pixels are painted.
    assert.ok(
      await page.evaluate(`(() => {
        const canvas = document.querySelector("canvas");
        return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
      })()`),
    );
    const { items } = await (await fetch(`${origin}/movies/${movieIdOf(17)}/similar?n=12`)).json();
    await page.locator(".strip .card-name").first().waitFor();
    assert.deepEqual(
      await page.locator(".strip .card-name").allTextContents(),
      items.map(({ title }: { title: string }) => title),
    );
  });
});

test("a movie that is rated on its page is among the guest's ratings", async () => {
  await visit(await handler(), async ({ open }) => {
    const page = await open(`/ui/movies/${movieIdOf(17)}`);
    await page.getByTitle("5 of 5").click();
    await page.getByRole("link", { name: "Your list" }).click();
    await page.locator(".rated li", { hasText: "Amélie 17:" }).waitFor();
  });
});

test("a movie that is none is said to be none, and another can be found", async () => {
  await visit(await handler(), async ({ open, faults }) => {
    const page = await open("/ui/movies/999999");
    await page.getByRole("alert").getByText("No such movie: The archive has no movie 999999.").waitFor();
    await page.getByRole("searchbox", { name: "Search by title" }).waitFor();
    // The browser itself notes the answer's status.
    assert.match(faults.splice(0).join(), /404/);
  });
});

test("on a phone nothing overflows and axe finds nothing serious, in light and dark", async () => {
  await visit(await handler(), async ({ open, origin }) => {
    const page = await open(`/ui/movies/${movieIdOf(17)}`, { width: 360 });
    await page.locator(".strip li").first().waitFor();
    await page.locator("details").first().locator("summary").click();
    await assertSound(page);
    await page.goto(`${origin}/ui/movies`);
    await page.locator(".strip li").first().waitFor();
    await assertSound(page);
  });
});
