import assert from "@std/assert";
import { uiFiles } from "../../../server/ui/files.ts";
import { SHELLS } from "../../../server/ui/shell.ts";
import { appOn } from "../_serving.ts";

const { app } = appOn(null);

Deno.test("every page is there, even with nothing to serve, and says which one it is", async () => {
  for (const path of Object.keys(SHELLS)) {
    const response = await app.request(path);
    const html = await response.text();
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(html.match(/aria-current="page"/g)?.length, 1, path);
    assert.ok(html.includes(`<a href="${path}" aria-current="page">`), path);
    assert.doesNotMatch(html, /\{\w+\}/, `${path} has an unfilled place`);
  }
  assert.equal((await app.request("/ui/movies/318")).status, 200);
});

Deno.test("pages run under a policy without inline script or style, and have none", async () => {
  const response = await app.request("/ui");
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe/);
  for (const html of Object.values(SHELLS)) {
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  }
});

Deno.test("whatever a page, a module or a style asks for is served, from here", async () => {
  const asked = new Set<string>();
  for (const [path, { body, type }] of uiFiles()) {
    if (/\/lib\/(?!lit-html)/.test(path) || type === "font/woff2") continue;
    const text = new TextDecoder().decode(body);
    const found = [
      ...text.matchAll(/(?<![-\w])(?:from|import)\s*"([^"\s]+)"/g),
      ...text.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g),
      ...text.matchAll(/url\("([^"]+)"\)/g),
    ];
    for (const [, address] of found) asked.add(new URL(address, `http://here${path}`).href);
  }
  assert.ok(asked.size > 30);
  for (const address of asked) {
    const { origin, pathname } = new URL(address);
    assert.equal(origin, "http://here", address);
    assert.equal((await app.request(pathname)).status, 200, address);
  }
});

Deno.test("a browser that has a file is told so, and spared it", async () => {
  const path = "/ui/lib/chart.js/chart.umd.min.js";
  const first = await app.request(path);
  assert.equal(first.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.ok((await first.arrayBuffer()).byteLength > 100_000);
  const etag = first.headers.get("etag") ?? "";
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await app.request(path, { headers: { "if-none-match": known } });
    assert.equal(again.status, 304, known);
    assert.equal((await again.arrayBuffer()).byteLength, 0);
  }
  const other = await app.request(path, { headers: { "if-none-match": '"other"' } });
  assert.equal(other.status, 200);
  await other.body?.cancel();
});

Deno.test("what is no page is a problem, and so is another method", async () => {
  assert.equal((await app.request("/ui/nowhere")).status, 404);
  assert.equal((await app.request("/ui/shell.ts")).status, 404);
  assert.equal((await app.request("/ui/../server/app.ts")).status, 404);
  assert.equal((await app.request("/ui", { method: "POST" })).status, 405);
});

Deno.test("no module or style of the pages is longer than 300 lines", () => {
  const long = Array.from(uiFiles())
    .filter(([path]) => /\.(?:js|css)$/.test(path) && !path.includes("/lib/"))
    .filter(([, { body }]) => new TextDecoder().decode(body).split("\n").length > 301)
    .map(([path]) => path);
  assert.deepEqual(long, []);
});
