/** The pages of documentation; each example on them is run. */
import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { curlOf, exampleOf } from "../../../server/docs/curl.ts";
import type { ApiDocument } from "../../../server/docs/document_types.ts";
import { html, prose } from "../../../server/docs/html.ts";
import { createBulletin } from "../../../server/live/bulletin.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { emptyBase } from "../../../server/live/newer_base.ts";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { createArchive } from "../_archive.ts";
import { appOn, servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";

const EXAMPLES = fileURLToPath(new URL("../../../server/docs/examples/", import.meta.url));
const SHOWN = "http://127.0.0.1:8000";
const PARTS = snapshotParts();

const has = (program: string) =>
  new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);
const [hasCurl, hasPython] = await Promise.all([has("curl"), has("python3")]);

/** Runs the example `file`, which asks a server of ours instead of the one that is shown. */
async function run(file: string, [program, ...args]: string[]): Promise<string> {
  await using db = await testPool();
  await createArchive(db, PARTS);
  const log = createNewerLog(1024);
  const newer = createNewerRatings(emptyBase(PARTS.batchId, 0), log);
  const { app } = writingApp(db, { ...await servingOf(PARTS), newer }, { bulletin: createBulletin(log) });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  const folder = await Deno.makeTempDir();
  try {
    const text = await Deno.readTextFile(join(EXAMPLES, file));
    const copy = join(folder, file);
    const client = new URL("../../../server/client/client.ts", import.meta.url).href;
    const ours = text.replaceAll(SHOWN, `http://127.0.0.1:${server.addr.port}`);
    await Deno.writeTextFile(copy, ours.replace("../../client/client.ts", client));
    const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args, copy] }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.ok(success, `${err}\n${out}`);
    return out;
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "the example for curl runs",
  ignore: !hasCurl,
  async fn() {
    const answers = (await run("curl.sh", ["bash", "-e"])).replaceAll("}{", "}\n{").split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.equal(answers.length, 6);
    assert.deepEqual([answers[0].items.length, answers[4].recommendations.length], [3, 5]);
    assert.deepEqual([answers[3].movie_id, answers[5].accepted], [50, 1]);
  },
});

Deno.test({
  name: "the example for Python runs",
  ignore: !hasPython,
  async fn() {
    const out = await run("python.py", ["python3"]);
    assert.match(out, /^popularity test-1\n1 Amélie/);
    assert.match(out, /'accepted': 1/);
    assert.match(out, /did you mean "genres"/);
  },
});

Deno.test("the example for TypeScript compiles, and runs", async () => {
  const config = fileURLToPath(new URL("../../../deno.json", import.meta.url));
  const out = await run("typescript.ts", [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "-A",
    "--config",
    config,
  ]);
  assert.match(out, /^popularity\ntest-1\n1\. Amélie/);
  assert.match(out, /\n202\n$/);
});

Deno.test("GET /docs shows every route with its curl, and GET /docs/clients every example", async () => {
  const { app } = appOn(await servingOf(PARTS));
  const document: ApiDocument = await (await app.request("/openapi.json")).json();
  const response = await app.request("/docs");
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  const reference = await response.text();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      assert.ok(reference.includes(`<code>${method.toUpperCase()} ${path}</code>`), path);
      const curl = curlOf(exampleOf({ method, path, operation }, document));
      assert.ok(reference.includes(html`${curl}`.markup), curl);
    }
  }
  const clients = await (await app.request("/docs/clients")).text();
  for (const file of ["curl.sh", "python.py", "typescript.ts"]) {
    assert.ok(clients.includes(html`${await Deno.readTextFile(join(EXAMPLES, file))}`.markup), file);
  }
  for (const text of [reference, clients]) {
    assert.ok(
      !/<script|https?:\/\/(?!127\.0\.0\.1:8000)[\w.]+[^<]*"/.test(
        text.replaceAll(/<code>[^]*?<\/code>/g, ""),
      ),
    );
    assert.equal((text.match(/<h1>/g) ?? []).length, 1);
  }
});

Deno.test("html escapes values, and prose knows code and strong", () => {
  const bad = `<img src=x onerror="1"> & 'so'`;
  assert.equal(
    html`<p>${bad}</p>`.markup,
    "<p>&lt;img src=x onerror=&quot;1&quot;&gt; &amp; &#39;so&#39;</p>",
  );
  assert.equal(html`${[html`<b>${1}</b>`, "<"]}`.markup, "<b>1</b>&lt;");
  assert.equal(
    prose("`a<b>` **c**\n\nd").markup,
    "<p><code>a&lt;b&gt;</code> <strong>c</strong></p>\n<p>d</p>",
  );
});

Deno.test("GET / sends browsers to the pages, and tells programs where things are", async () => {
  const { app } = appOn(await servingOf(PARTS));
  const browser = await app.request("/?user=7", {
    headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" },
  });
  assert.deepEqual([browser.status, browser.headers.get("location")], [302, "/ui?user=7"]);
  const { name, model_version, links } = await (await app.request("/")).json();
  assert.deepEqual([name, model_version], ["Matinee", "test-1"]);
  for (const path of Object.values<string>(links)) assert.equal((await app.request(path)).status, 200, path);
});
