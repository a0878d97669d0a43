import assert from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { encodeSnapshot } from "../../../models/snapshot/snapshot.ts";
import {
  NO_SETTINGS,
  type ServedVariant,
  type ServingSettings,
} from "../../../models/snapshot/serving_settings.ts";
import { readBase } from "../../../server/follow/newer_ratings.ts";
import type { AppDeps } from "../../../server/http/env.ts";
import { Problem } from "../../../server/http/problem.ts";
import { openShared } from "../../../server/live/live.ts";
import { loadSnapshot } from "../../../server/live/load.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import { createShadow } from "../../../server/recommend/shadow.ts";
import { variantOf } from "../../../server/recommend/variants.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import type { UntrainedModel } from "../../support/untrained.ts";
import { writingApp } from "../_writing.ts";

const USER = userIdOf(4);

/** Writes `bytes` as publish names files; returns the path below `folder`, and their hash. */
async function store(folder: string, bytes: Uint8Array): Promise<{ path: string; sha256: string }> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const path = `models/${sha256.slice(0, 16)}.bin`;
  await Deno.mkdir(join(folder, "models"), { recursive: true });
  await Deno.writeFile(join(folder, path), bytes);
  return { path, sha256 };
}

/** The artifact of an untrained model. */
const artifactOf = (model: UntrainedModel, seed: number) =>
  snapshotParts({ model, seed }).champion!.artifact!;

/** A server whose champion is two_tower, in front of `variants`, and whose registry has an als and a broken version. */
async function serverWith(
  settings: (folder: string) => Promise<Partial<ServingSettings>>,
  deps: Partial<AppDeps> = {},
) {
  const artifacts = await Deno.makeTempDir();
  const pool = await testPool();
  const als = await store(artifacts, artifactOf("als", 7));
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values (date '2026-03-01', 'daily', 'running', '', '', 1, 1, '');
    insert into ops_db.model_versions
      (version, model, mode, status, run_id, through_batch, n_ratings, config, artifact, seed)
    select v.version, v.model, 'scratch', 'candidate', r.run_id, 0, 1, '{}', v.artifact, 1
    from ops_db.runs r, (values ('als-7', 'als', '${als.path}'), ('lost-1', 'ease', 'models/none.bin'))
      v (version, model, artifact);`);
  const serving = { ...NO_SETTINGS, ...await settings(artifacts) };
  const bytes = encodeSnapshot(snapshotParts({ serving }));
  const snapshot = await store(artifacts, bytes);
  const loaded = await loadSnapshot(artifacts, {
    snapshot: snapshot.path,
    sha256: snapshot.sha256,
    publicationId: 1,
    publishedAt: null,
  });
  const newerLog = createNewerLog(1024);
  const base = await readBase(pool, { serial: 1, epoch: 0, afterBatch: loaded.snapshot.batchId });
  const current = { ...await openShared(loaded), newer: createNewerRatings(base, newerLog) };
  const { app } = writingApp(pool, current, deps);
  return {
    get: async (path: string) => {
      const response = await app.request(path);
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await Deno.remove(artifacts, { recursive: true });
    },
  };
}

Deno.test("a registered model is loaded when it is asked for, by name or version; others are unknown", async () => {
  await using server = await serverWith(() => Promise.resolve({}));
  const { get } = server;
  for (const name of ["als", "als-7"]) {
    const { status, body } = await get(`/users/${USER}/recommendations?model=${name}&explain=true`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.source, body.model_version, body.variant], ["als", "als-7", null]);
    // ALS is linear in the ratings: the parts sum to the score that is shown.
    for (const { score, because, others, rest } of body.items) {
      const named = because.reduce(
        (sum: number, reason: { contribution: number }) => sum + reason.contribution,
        0,
      );
      assert.ok(Math.abs(named + others + rest - score) < 2e-3, `${named} + ${others} + ${rest} ≠ ${score}`);
    }
  }
  assert.equal((await get(`/users/${USER}/why-not/10?model=als`)).body.source, "als");
  const titles = async (name: string) => (await get(`/recommend/${name}?user_id=${USER}`)).body;
  assert.equal((await titles("two_tower")).length, 10);
  assert.deepEqual(await titles("two_tower_NN"), await titles("two_tower"));
  const champion = (await get(`/users/${USER}`)).body.model_version;
  assert.deepEqual(await titles(`two_tower_${champion}`), await titles("two_tower"));
  for (const name of ["nobody", "lost-1"]) {
    const { status, body } = await get(`/recommend/${name}`);
    assert.deepEqual([status, body.type], [404, "urn:matinee:problem:unknown-model"]);
  }
});

Deno.test("while PostgreSQL is down, what was registered before is loaded all the same", async () => {
  const down = () => Promise.reject(new Problem("database-down", "It is down in this test."));
  await using server = await serverWith(() => Promise.resolve({}), { database: { use: down } });
  for (const name of ["als", "als-7", "als_als-7"]) {
    const { status, body } = await server.get(`/users/${USER}/recommendations?model=${name}`);
    assert.deepEqual([status, body.model_version], [200, "als-7"], name);
  }
  assert.equal((await server.get("/recommend/lost-1")).status, 404, "its artifact is gone");
  // It may have been registered since.
  assert.equal((await server.get("/recommend/nobody")).body.type, "urn:matinee:problem:database-down");
});

Deno.test("people get their variant's model, and the variant is said", async () => {
  let variants: ServedVariant[] = [];
  await using server = await serverWith(async (folder) => {
    const { path: artifact, sha256 } = await store(folder, artifactOf("als", 9));
    variants = [{ name: "folding", share: 0.5, version: "als-9", model: "als", artifact, sha256 }];
    return { variants };
  });
  const seen = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const { name } = variantOf(userIdOf(i), variants)!;
    seen.add(name);
    const { body } = await server.get(`/users/${userIdOf(i)}/recommendations`);
    assert.deepEqual([body.variant, body.source], [name, name === "folding" ? "als" : "two_tower"]);
  }
  assert.deepEqual([...seen].sort(), ["champion", "folding"]);
  const { body: asked } = await server.get(`/users/${USER}/recommendations?model=folding`);
  assert.deepEqual([asked.variant, asked.model_version], ["folding", "als-9"]);
  const { body: guest } = await server.get("/recommend/popularity?format=full");
  assert.equal(guest.length, 10);
});

Deno.test("a version in the shadow lists for the same requests after their answers, and changes none", async () => {
  const work: (() => void)[] = [];
  const shadow = createShadow({
    later: (body) => work.push(body),
    failed: (_, error) => assert.fail(String(error)),
  });
  await using plain = await serverWith(() => Promise.resolve({}));
  await using server = await serverWith(async (folder) => {
    const { path: artifact, sha256 } = await store(folder, artifactOf("als", 9));
    return { shadow: { share: 1, version: "als-9", model: "als", artifact, sha256 } };
  }, { shadow });
  for (
    const path of [`/users/${USER}/recommendations`, `/users/${USER}/recommendations?n=60&model=two_tower`]
  ) {
    const [answer, without] = [await server.get(path), await plain.get(path)];
    assert.deepEqual(answer.body.items, without.body.items);
  }
  // Of two requests one named its model.
  assert.equal(work.length, 1);
  assert.equal(shadow.sums.get("als-9")?.lists, 0);
  work.forEach((body) => body());
  const { lists, overlap, failed } = shadow.sums.get("als-9")!;
  assert.deepEqual([lists, failed], [1, 0]);
  // Another model has another list.
  assert.ok(overlap >= 0 && overlap < 1);
});
