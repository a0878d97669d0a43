import assert from "@std/assert";
import { join } from "node:path";
import { DownloadError, type DownloadOptions, downloadZip } from "../../../tasks/import/download.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { dataFolder } from "./_data_folder.ts";
import { type Behavior, groupLens } from "./_group_lens.ts";

const PART = "downloads/ml-latest-small.zip.part";

/** The message of the refusal, without what differs from test to test. */
async function refusal(options: DownloadOptions): Promise<string> {
  const error: unknown = await downloadZip("ml-latest-small", options).then(() => null, (error) => error);
  if (!(error instanceof DownloadError)) throw new Error(`wanted a DownloadError, found ${error}`);
  return error.message.replaceAll(options.baseUrl!, "URL/").replace(/127\.0\.0\.1:\d+/, "HOST");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("downloadZip() announces the size, keeps the zip, and asks once", async () => {
  await using server = groupLens();
  await using home = await dataFolder({});
  const lines: string[] = [];
  const heard: number[] = [];
  const options: DownloadOptions = {
    home: home.path,
    baseUrl: server.baseUrl,
    log: (line) => lines.push(line),
    progress: (done, total) => heard.push(done, total),
  };
  const path = await downloadZip("ml-latest-small", options);
  assert.equal(path, join(home.path, "downloads/ml-latest-small.zip"));
  assert.deepEqual(lines, [
    `Downloading ${server.baseUrl}ml-latest-small.zip: ${(server.zip.length / 1e6).toFixed(1)} MB`,
  ]);
  assert.deepEqual(heard.slice(-2), [server.zip.length, server.zip.length]);
  assert.equal((await (await movieLens(path)).read()).ratings.n, 3_000);
  assert.equal(await downloadZip("ml-latest-small", options), path);
  assert.deepEqual(server.ranges, [null]);
});

Deno.test("downloadZip() goes on where a connection broke off", async () => {
  await using server = groupLens("cut");
  await using home = await dataFolder({});
  const options = { home: home.path, baseUrl: server.baseUrl };
  assert.match(await refusal(options), /^Cannot download URL\/ml-latest-small\.zip: /);
  const begun = (await Deno.stat(join(home.path, PART))).size;
  assert.equal(begun, server.zip.length >> 1);
  server.behavior = "whole";
  const path = await downloadZip("ml-latest-small", options);
  assert.deepEqual(await Deno.readFile(path), server.zip);
  assert.deepEqual(server.ranges, [null, `bytes=${begun}-`]);
});

Deno.test("downloadZip() starts again when the server resumes nothing", async () => {
  await using server = groupLens("no range");
  await using home = await dataFolder({ [PART]: "the beginning of something" });
  const path = await downloadZip("ml-latest-small", { home: home.path, baseUrl: server.baseUrl });
  assert.deepEqual(await Deno.readFile(path), server.zip);
  assert.deepEqual(server.ranges, ["bytes=26-"], "what came is not downloaded twice");
});

Deno.test("downloadZip() starts again when the part is of another file", async () => {
  await using server = groupLens();
  for (const length of [1_000, server.zip.length, server.zip.length + 5]) {
    await using home = await dataFolder({ [PART]: new Uint8Array(length) });
    const path = await downloadZip("ml-latest-small", { home: home.path, baseUrl: server.baseUrl });
    assert.deepEqual(await Deno.readFile(path), server.zip);
  }
});

Deno.test("downloadZip() takes a part that is whole", async () => {
  await using server = groupLens();
  await using home = await dataFolder({ [PART]: server.zip });
  await downloadZip("ml-latest-small", { home: home.path, baseUrl: server.baseUrl });
  assert.deepEqual(server.ranges, [`bytes=${server.zip.length}-`]);
});

const REFUSALS: Partial<Record<Behavior, string>> = {
  missing: "Cannot download URL/ml-latest-small.zip: the server answers 404 Not Found",
  silent: "Cannot download URL/ml-latest-small.zip: no answer from HOST within 0.2 s",
  stalled: "Cannot download URL/ml-latest-small.zip: no more bytes from HOST within 0.2 s",
  "another file": "Cannot use URL/ml-latest-small.zip as it is no whole data set: " +
    'Cannot read "PART" as it is no zip file',
};
for (const [behavior, wanted] of Object.entries(REFUSALS)) {
  Deno.test(`downloadZip() gives up on a server that is ${behavior}`, async () => {
    await using server = groupLens();
    server.behavior = behavior as Behavior;
    await using home = await dataFolder({});
    const options = { home: home.path, baseUrl: server.baseUrl, connectMs: 200, stallMs: 200 };
    assert.equal((await refusal(options)).replace(join(home.path, PART), "PART"), wanted);
    assert.equal(await exists(join(home.path, "downloads/ml-latest-small.zip")), false);
  });
}

Deno.test("downloadZip() gives up without a network", async () => {
  const { baseUrl } = await (async () => {
    await using server = groupLens();
    return server;
  })();
  await using home = await dataFolder({});
  assert.equal(
    await refusal({ home: home.path, baseUrl }),
    "Cannot download URL/ml-latest-small.zip: no connection to HOST",
  );
});

Deno.test("downloadZip() stops when asked to", async () => {
  await using server = groupLens("silent");
  await using home = await dataFolder({});
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(downloadZip("ml-1m", { home: home.path, baseUrl: server.baseUrl, signal }), /stopped/);
});
