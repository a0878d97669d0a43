import assert from "@std/assert";
import { join } from "node:path";
import type { ServingSettings } from "../../../models/snapshot/serving_settings.ts";
import { openShared } from "../../../server/live/live.ts";
import { loadSnapshot } from "../../../server/live/load.ts";
import { sha256Of } from "../../../server/live/sha256.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import type { Work } from "./_scanner.ts";
import { artifactFolder, asked, bits, loaded, opened, store } from "./_people.ts";

const SHAPE = { movies: 700, users: 30, seenShare: 0.05, dimension: 12, seed: 11 };

Deno.test("loadSnapshot() reads a file into shared memory, whose scan lists what the plain one lists", async () => {
  await using folder = await artifactFolder();
  const parts = snapshotParts(SHAPE);
  const { shared, snapshot } = await loaded(parts, folder.path);
  assert.ok(shared.bytes.buffer instanceof SharedArrayBuffer);
  assert.ok(shared.vectors?.compiled);
  const { models } = await openShared({ shared });
  const plain = await opened(parts);
  for (let user = 0; user < snapshot.userIds.length; user++) {
    const row = snapshot.rated.entries.subarray(
      snapshot.rated.offsets[user],
      snapshot.rated.offsets[user + 1],
    );
    for (const options of [{ k: 10 }, { k: 300, rated: row }]) {
      const wanted = plain.models.champion!.top(asked(snapshot, user), options);
      const found = models.champion!.top(asked(snapshot, user), options);
      assert.deepEqual([[...found.rows], bits(found.scores)], [[...wanted.rows], bits(wanted.scores)]);
    }
  }
});

Deno.test("shared vectors are scanned by several threads at a time, each with the right lists", async () => {
  await using folder = await artifactFolder();
  const { shared, snapshot } = await loaded(snapshotParts(SHAPE), folder.path);
  const { userEmbeddings: queries } = snapshot.champion!;
  const url = new URL("./_scanner.ts", import.meta.url);
  const workers = [0, 1].map(() => new Worker(url, { type: "module" }));
  const answers = workers.map((worker) => {
    const { promise, resolve, reject } = Promise.withResolvers<number[][]>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(event.error ?? new Error(event.message));
    worker.postMessage({ vectors: shared.vectors!, queries: queries! } satisfies Work);
    return promise;
  });
  const { models } = await openShared({ shared, snapshot });
  const wanted = Array.from(
    snapshot.userIds.keys(),
    (user) => [...models.champion!.top(asked(snapshot, user), { k: 20 }).rows],
  );
  for (const lists of await Promise.all(answers)) assert.deepEqual(lists, wanted);
  for (const worker of workers) worker.terminate();
});

Deno.test("openShared() has a scratch for each thread, of machines with many processors, too", async () => {
  await using folder = await artifactFolder();
  const { shared, snapshot } = await loaded(snapshotParts(SHAPE), folder.path);
  const first = await openShared({ shared, snapshot });
  const wanted = [...first.models.champion!.top(asked(snapshot, 1), { k: 20 }).rows];
  // As many as `serve --workers` takes, and some that died and were replaced.
  for (let thread = 0; thread < 300; thread++) {
    const { models } = await openShared({ shared, snapshot });
    assert.deepEqual([...models.champion!.top(asked(snapshot, 1), { k: 20 }).rows], wanted);
  }
  assert.deepEqual([...first.models.champion!.top(asked(snapshot, 1), { k: 20 }).rows], wanted);
});

Deno.test("loadSnapshot() refuses a file that is not what was published, or that is gone", async () => {
  await using folder = await artifactFolder();
  const { shared } = await loaded(snapshotParts(), folder.path);
  const bytes = shared.bytes.slice();
  bytes[bytes.length >> 1] ^= 1;
  await Deno.writeFile(join(folder.path, "test.bin"), bytes);
  const facts = { publicationId: 1, publishedAt: null };
  const publication = { ...facts, snapshot: "test.bin", sha256: shared.sha256 };
  await assert.rejects(() => loadSnapshot(folder.path, publication), /its sha256 should be/);
  const gone = { ...publication, snapshot: "gone.bin" };
  await assert.rejects(() => loadSnapshot(folder.path, gone), Deno.errors.NotFound);
});

Deno.test("loadSnapshot() prepares what the settings name, and goes without what is gone or damaged", async () => {
  await using folder = await artifactFolder();
  const other = snapshotParts({ ...SHAPE, seed: 12 }).champion!.artifact!;
  const artifact = await store(folder.path, other);
  const version = { model: "two_tower", sha256: sha256Of(other), artifact };
  const serving: ServingSettings = {
    variants: [
      { ...version, name: "new", version: "v-2", share: 0.5 },
      { ...version, name: "gone", version: "v-3", share: 0.1, artifact: "models/0123456789abcdef.bin" },
    ],
    shadow: { ...version, version: "v-4", share: 0.1, sha256: "0".repeat(64) },
    hide: { movies: [], genres: [] },
  };
  const { shared, snapshot } = await loaded(snapshotParts({ ...SHAPE, serving }), folder.path);
  assert.deepEqual(shared.beside.map(({ version }) => version), ["v-2"]);
  assert.deepEqual(shared.missing.map(({ version }) => version), ["v-3", "v-4"]);
  assert.match(shared.missing[1].reason, /v-4 as ".*" has changed/);
  const { models } = await openShared({ shared, snapshot });
  const beside = models.find("v-2")!;
  const { rows, scores } = beside.top(asked(snapshot, 3), { k: 5 });
  const all = beside.scores(asked(snapshot, 3));
  const order = Array.from(all.keys()).sort((a, b) => all[b] - all[a] || a - b);
  assert.deepEqual([...rows], order.slice(0, 5));
  assert.deepEqual([...scores], order.slice(0, 5).map((row) => all[row]));
  assert.notDeepEqual([...rows], [...models.champion!.top(asked(snapshot, 3), { k: 5 }).rows]);
});
