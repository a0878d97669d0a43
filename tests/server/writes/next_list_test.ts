/** What is written, the very next list knows: through the log that all workers share. */
import assert from "@std/assert";
import { createBulletin } from "../../../server/live/bulletin.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { emptyBase } from "../../../server/live/newer_base.ts";
import { createNewerLog, openNewerLog } from "../../../server/live/newer_log.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { testPool } from "../../support/database.ts";
import { servingOf } from "../_serving.ts";
import { sent, writingApp } from "../_writing.ts";

const KEY = "b".repeat(24);
const ACCESS = { keys: readKeys(`boss:read,write,operate:${KEY}`, "the test"), isLoopback: true };
const AS_BOSS = { "x-api-key": KEY };

Deno.test("a rating, a hide and an erasure taken by one worker hold in the next list of another", async () => {
  await using pool = await testPool();
  const log = createNewerLog(1024);
  const serving = await servingOf(snapshotParts());
  const base = emptyBase(serving.snapshot.batchId, 0);
  const bulletin = createBulletin(openNewerLog(log.buffer, 0), () => {});
  const writer = writingApp(pool, { ...serving, newer: createNewerRatings(base, log) }, {
    access: ACCESS,
    bulletin,
  });
  const other = openNewerLog(log.buffer, 1);
  const reader = writingApp(pool, { ...serving, newer: createNewerRatings(base, other) }, { access: ACCESS });
  const user = userIdOf(4);
  const list = async () => {
    const path = `/users/${user}/recommendations?n=100`;
    const { items, source } = await (await reader.app.request(path, { headers: AS_BOSS })).json();
    return { source, ids: items.map(({ movie_id }: { movie_id: number }) => movie_id) as number[] };
  };
  const { ids: [first, second, ...rest] } = await list();
  const rating = { user_id: user, movie_id: first, rating: 4 };
  assert.equal((await writer.app.request("/ratings", sent("POST", rating, AS_BOSS))).status, 202);
  assert.ok(!(await list()).ids.includes(first), "rated");
  const hide = { method: "PUT", headers: AS_BOSS };
  assert.equal((await writer.app.request(`/users/${user}/hidden/${second}`, hide)).status, 204);
  assert.deepEqual((await list()).ids.toSorted((a, b) => a - b), rest.toSorted((a, b) => a - b), "hidden");
  const erased = await writer.app.request(`/users/${user}`, { method: "DELETE", headers: AS_BOSS });
  assert.equal(erased.status, 200, await erased.text());
  const { source, ids } = await list();
  assert.deepEqual([source, ids.length], ["popularity", 60], "nothing of them is known any more");
  assert.equal((await reader.app.request(`/users/${user}`, { headers: AS_BOSS })).status, 404);
});
