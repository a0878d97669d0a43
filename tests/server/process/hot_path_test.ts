import assert from "@std/assert";
import { createMetrics } from "../../../server/http/metrics.ts";
import type { AccessSettings } from "../../../server/http/access.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { createRateLimiter, createRateTable } from "../../../server/http/rate_limit.ts";
import { createHotPath } from "../../../server/process/hot_path.ts";
import { createListCache } from "../../../server/process/list_cache.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { appOn, LOOPBACK, servingOf } from "../_serving.ts";

const USER = userIdOf(1);
const HOST = "http://127.0.0.1:8000";
const LIST = `${HOST}/users/${USER}/recommendations`;
const INFO = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } } as Deno.ServeHandlerInfo<
  Deno.NetAddr
>;

async function world({ most, access = LOOPBACK, perMinute }: WorldOptions = {}) {
  const state = { isDatabaseUp: true, isStopping: false };
  const live = { current: await servingOf(snapshotParts({ seenShare: 0.1 })) };
  const metrics = createMetrics({ live, state, clock: () => new Date(0) });
  const limiter = perMinute === undefined
    ? null
    : createRateLimiter({ table: createRateTable(), perMinute, now: () => 0 });
  const { app } = appOn(null, {}, { live, state, metrics, access, limiter });
  let asked = 0;
  const hot = createHotPath(
    { live, state, access, limiter, logRequests: false, now: () => 0, metrics },
    (request, info) => (asked++, app.fetch(request, info)),
    most,
  );
  return {
    app,
    live,
    state,
    cache: hot.cache,
    /** How often the application was asked. */
    asked: () => asked,
    ask: async (url = LIST, init?: RequestInit) => await hot.handler(new Request(url, init), INFO),
    figures: async () =>
      (await metrics.collect()).flatMap(({ name, values }) =>
        (values as { labels: object; value: number }[])
          .filter(() => /lists_total|duration/.test(name))
          .map(({ labels, value }) => `${name} ${JSON.stringify(labels)} ${value}`)
      ),
  };
}

interface WorldOptions {
  most?: number;
  access?: AccessSettings;
  perMinute?: number;
}

/** Headers but for those that no two requests share. */
const headersOf = (response: Response) =>
  [...response.headers].filter(([name]) => name !== "x-request-id").sort();

Deno.test("a cached list is the application's answer, byte by byte and header by header", async () => {
  const { app, ask, asked } = await world();
  const direct = await app.fetch(new Request(LIST), INFO);
  const first = await ask();
  const second = await ask();
  assert.equal(asked(), 1);
  const body = await direct.text();
  assert.deepEqual([await first.text(), await second.text()], [body, body]);
  assert.deepEqual(headersOf(first), headersOf(direct));
  assert.deepEqual(headersOf(second), headersOf(direct));
  const ids = [first, second].map(({ headers }) => headers.get("x-request-id"));
  assert.match(ids[1] ?? "", /^[0-9a-f-]{36}$/);
  assert.notEqual(ids[0], ids[1]);
});

Deno.test("a cached list counts as any other does", async () => {
  const cold = await world();
  const warm = await world();
  for (let i = 0; i < 3; i++) {
    await (await cold.ask(LIST, { headers: { "x-request-id": `long-way-${i}` } })).text();
    await (await warm.ask()).text();
  }
  assert.deepEqual([cold.asked(), warm.asked()], [3, 1]);
  assert.deepEqual(await warm.figures(), await cold.figures());
});

Deno.test("whatever makes the answer another one takes the long way", async () => {
  const { ask, asked, state } = await world();
  await ask();
  const first = await ask();
  const etag = first.headers.get("etag") ?? "";
  const before = asked();
  const long: [string, RequestInit?][] = [
    [LIST, { headers: { "if-none-match": etag } }],
    [LIST, { headers: { "x-request-id": "mine" } }],
    [LIST, { headers: { authorization: "Bearer nothing" } }],
    [LIST, { headers: { "x-api-key": "nothing" } }],
    [LIST, { headers: { origin: "https://example.org" } }],
    [LIST, { method: "HEAD" }],
    [LIST, { headers: { host: "evil.example" } }],
    [LIST.replace(`/${USER}/`, `/0${USER}/`)],
    [`${LIST}/`],
    [`${LIST}?n=0`],
    [`${LIST}?n=0`],
  ];
  const statuses = [];
  for (const [url, init] of long) statuses.push((await ask(url, init)).status);
  assert.deepEqual(statuses, [304, 200, 401, 401, 200, 200, 401, 200, 404, 400, 400]);
  assert.equal(asked() - before, long.length);
  state.isStopping = true;
  assert.equal((await ask()).headers.get("connection"), "close");
});

Deno.test("on a network, cached lists go to those who may read, and count for their limit", async () => {
  const [reader, writer] = ["r".repeat(24), "w".repeat(24)];
  const access = {
    keys: readKeys(`shop:read:${reader} till:write:${writer}`, "the test"),
    isLoopback: false,
  };
  const { ask, asked } = await world({ access, perMinute: 5 });
  const as = (key: string) => ask(LIST, { headers: { "x-api-key": key } });
  const first = await as(reader);
  const second = await ask(LIST, { headers: { authorization: `Bearer ${reader}` } });
  const left = (response: Response) => response.headers.get("ratelimit-remaining");
  assert.deepEqual([first.status, second.status, asked()], [200, 200, 1]);
  assert.deepEqual([left(first), left(second)], ["4", "3"]);
  const names = (response: Response) => [...response.headers.keys()].sort();
  assert.deepEqual(names(second), names(first));
  assert.deepEqual([(await ask()).status, (await as(writer)).status, asked()], [401, 403, 3]);
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await as(reader)).status);
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  assert.equal(asked(), 5);
});

Deno.test("a cached list tells nobody of another client's limit", async () => {
  const reader = "r".repeat(24);
  const access = { keys: readKeys(`shop:read:${reader}`, "the test"), isLoopback: true };
  const { ask, asked } = await world({ access, perMinute: 5 });
  const left = async (init?: RequestInit) => (await ask(LIST, init)).headers.get("ratelimit-remaining");
  const as = { headers: { "x-api-key": reader } };
  assert.deepEqual([await left(as), await left(), await left(as), await left()], ["4", null, "3", null]);
  assert.equal(asked(), 1);
});

Deno.test("a cached list never shows what was rated, hidden or erased since", async () => {
  const { ask, live, asked } = await world();
  const best = async () => (await (await ask()).json()).items[0].movie_id;
  for (const kind of ["rated", "hidden"] as const) {
    const movieId = await best();
    assert.equal(await best(), movieId);
    live.current.newer.append([{ kind, userId: USER, movieId, stars: 4 }]);
    assert.notEqual(await best(), movieId);
  }
  live.current.newer.append([{ kind: "erased", userId: USER }]);
  assert.equal((await (await ask()).json()).path, "popularity");
  // What others do leaves the list where it is.
  const before = asked();
  live.current.newer.append([{ kind: "rated", userId: userIdOf(2), movieId: 10, stars: 4 }]);
  await ask();
  assert.equal(asked(), before);
});

Deno.test("a swap makes every cached list stale, and lets the old snapshot go", async () => {
  const { ask, live, asked, cache } = await world();
  await ask();
  live.current = await servingOf(snapshotParts({ seed: 2, seenShare: 0.1 }));
  assert.equal((await (await ask()).json()).model_version, "test-2");
  assert.equal(asked(), 2);
  assert.ok(cache.size > 0);
  cache.clear();
  assert.equal(cache.size, 0);
});

Deno.test("createListCache() drops the least recently used when it holds too many bytes", () => {
  const snapshot = {} as Parameters<ReturnType<typeof createListCache>["keep"]>[1];
  const cache = createListCache(3 * 3_600);
  const list = { answer: new Response(), length: 1_000, version: 0, tally: { n: 0 } };
  const has = (target: string) => cache.find(target, { snapshot, version: 0 }) !== null;
  for (const target of ["a", "b", "c"]) cache.keep(target, snapshot, list);
  assert.ok(has("a"));
  cache.keep("d", snapshot, list);
  assert.deepEqual(["a", "b", "c", "d"].map(has), [true, false, true, true]);
  cache.keep("a", snapshot, list);
  assert.equal(cache.size, 3 * 3_600);
  assert.equal(cache.find("a", { snapshot, version: 1 }), null);
  assert.equal(cache.size, 2 * 3_600);
});
