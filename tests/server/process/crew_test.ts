import assert from "@std/assert";
import { testPool } from "../../support/database.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { createArchive, publish } from "../_archive.ts";
import { until } from "../../support/until.ts";
import { jsonOf, load, OPTIONS, started, statusOf, withHome, withSnapshots } from "./_home.ts";
import { serve } from "../../../server/process/serve.ts";
import { memoryLog } from "../_serving.ts";
import { join } from "node:path";

const LIST = `users/${userIdOf(1)}/recommendations`;

/** Names of the workers that answer on fresh connections. */
async function workersOf(url: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (let i = 0; i < 24; i++) {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    names.add(await (await fetch(`${url}who`, { client })).text());
  }
  return names;
}

Deno.test("a worker that dies is reported and replaced; the others answer meanwhile", async () => {
  await using db = await testPool();
  await withSnapshots(db, [1, 2], async (home, point) => {
    await using server = await started({}, { home, pollEvery: 5 });
    const before = await workersOf(server.url);
    assert.equal(before.size, 2);
    await statusOf(`${server.url}die`).catch(() => 0);
    await until(() => server.log.lines.some((line) => line.includes("a worker died")), "the death is told");
    await until(
      () => statusOf(`${server.url}${LIST}`).then((status) => status === 200, () => false),
      "the other one answers",
    );
    // The kernel resets what it had given the dead one's listener and nobody had taken.
    const both = async () => [...await workersOf(server.url).catch(() => [])].sort();
    await until(async () => (await both()).length === 2, "there are two again");
    assert.notDeepEqual(await both(), [...before].sort());
    for (let i = 0; i < 12; i++) assert.equal(await statusOf(`${server.url}${LIST}`), 200);
    assert.match(server.log.lines.join("\n"), /worker=\d+ reason=Uncaught Error: killed by a request/);
    // What goes live from now on reaches the one that came later.
    await point(2);
    await until(async () => {
      const lists = await Promise.all(Array.from({ length: 8 }, () => jsonOf(`${server.url}${LIST}`)));
      return lists.every((list) => list.model_version === "test-2");
    }, "all serve the second snapshot");
  });
});

Deno.test("serve() fails, and says why, when its workers cannot start", () =>
  withHome(async (home) => {
    const log = memoryLog();
    const workerModule = new URL("data:application/javascript,throw new Error('no such luck')");
    await assert.rejects(
      serve(OPTIONS, { home, databaseUrl: null, log, workerModule }),
      /A worker died: .*no such luck/,
    );
    assert.ok(!log.lines.some((line) => line.includes("listening")));
  }));

Deno.test("where the system does not spread connections one worker serves, and it is said once", () =>
  withHome(async (home) => {
    await using server = await started({ workers: 4 }, { home, os: "darwin" });
    assert.equal((await workersOf(server.url)).size, 1);
    assert.equal(server.log.lines.filter((line) => line.includes("one worker serves, as darwin")).length, 1);
  }));

Deno.test("servers that start together on one port take one each", () =>
  withHome(async (home) => {
    await using first = await started({ workers: 1 }, { home });
    const port = Number(new URL(first.url).port) + 1;
    const both = await Promise.all([started({ port }, { home }), started({ port }, { home })]);
    const ports = both.map(({ url }) => Number(new URL(url).port));
    await Promise.all(both.map((server) => server[Symbol.asyncDispose]()));
    assert.notEqual(ports[0], ports[1]);
  }));

Deno.test("a rating posted to one worker hides its movie in all of them at the next request", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  await withHome(async (home) => {
    await publish(db, join(home, "artifacts"), snapshotParts({ seenShare: 0 }));
    await using server = await started({}, { home, databaseUrl: db.url });
    const best = async () => (await jsonOf(`${server.url}${LIST}?n=1`)).items[0].movie_id;
    for (let round = 0; round < 10; round++) {
      const movie_id = await best();
      const body = JSON.stringify({ user_id: userIdOf(1), movie_id, rating: 4 });
      const headers = { "content-type": "application/json" };
      assert.equal(await statusOf(`${server.url}ratings`, { method: "POST", body, headers }), 202);
      for (let i = 0; i < 6; i++) assert.notEqual(await best(), movie_id);
    }
  });
});

Deno.test("serve() swaps snapshots under load without a failed request", async () => {
  await using db = await testPool();
  await withSnapshots(db, [1, 2, 3], async (home, point) => {
    await using server = await started({}, { home, pollEvery: 5 });
    let isOver = false;
    const loading = load(`${server.url}${LIST}`, () => isOver);
    for (const seed of [2, 3, 1, 2, 3]) {
      await point(seed);
      const isLive = async () => (await jsonOf(`${server.url}stats`)).model_version === `test-${seed}`;
      await until(async () => await isLive() && await isLive() && await isLive(), `snapshot ${seed} is live`);
    }
    isOver = true;
    const { answers, failures } = await loading;
    assert.deepEqual(failures, []);
    assert.deepEqual([...answers.keys()].sort(), ["test-1", "test-2", "test-3"]);
  });
});
