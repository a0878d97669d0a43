import assert from "@std/assert";
import { type AccessSettings, isLoopbackHost, requires } from "../../../server/http/access.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { createRouter } from "../../../server/http/router.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { appOn, LOOPBACK, servingOf } from "../_serving.ts";

const READER = "r".repeat(24);
const WRITER = "w".repeat(24);
const BOSS = "b".repeat(24);
const KEYS = readKeys(`reader:read:${READER} writer:read,write:${WRITER} boss:operate:${BOSS}`, "the test");
const PARTS = snapshotParts();
const LIST = `/users/${userIdOf(1)}/recommendations`;
const OPEN = ["/health", "/health/live", "/health/ready"];
const READING = [LIST, `/users/${userIdOf(1)}`, "/movies/10", "/stats"];

/** The application with two more routes, that write and operate. */
async function appWith(access: AccessSettings) {
  const { app } = appOn(await servingOf(PARTS), {}, { access });
  const more = createRouter()
    .post("/written", requires("write"), (c) => c.json({ done: true }))
    .post("/operated", requires("operate"), (c) => c.json({ done: true }));
  app.route("/", more);
  return app;
}

async function ask(access: AccessSettings, path: string, headers: Record<string, string> = {}) {
  const method = path === "/written" || path === "/operated" ? "POST" : "GET";
  return await (await appWith(access)).request(path, { method, headers });
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

Deno.test("on loopback, without a key, reading and writing is open and operating is not", async () => {
  for (const path of [...OPEN, ...READING, "/written"]) {
    assert.equal((await ask(LOOPBACK, path)).status, 200, path);
  }
  const refused = await ask(LOOPBACK, "/operated");
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="matinee"');
  assert.match(
    (await refused.json()).next,
    /^KEY=\$\(openssl rand -hex 24\); echo \$KEY; MATINEE_API_KEYS="me:operate:\$KEY" deno task serve/,
  );
});

Deno.test("on loopback, with keys configured, writing needs one and reading does not", async () => {
  const access = { keys: KEYS, isLoopback: true };
  for (const path of READING) assert.equal((await ask(access, path)).status, 200, path);
  assert.equal((await ask(access, "/written")).status, 401);
  assert.equal((await ask(access, "/written", bearer(WRITER))).status, 200);
});

Deno.test("on a network, all but health needs a key of the right scope", async () => {
  const access = { keys: KEYS, isLoopback: false };
  for (const path of OPEN) assert.equal((await ask(access, path)).status, 200, path);
  const wanted: Record<string, number[]> = {
    // without, read, read + write, operate
    [READING[0]]: [401, 200, 200, 403],
    [READING[1]]: [401, 200, 200, 403],
    [READING[2]]: [401, 200, 200, 403],
    [READING[3]]: [401, 200, 200, 403],
    "/written": [401, 403, 200, 403],
    "/operated": [401, 403, 403, 200],
  };
  for (const [path, statuses] of Object.entries(wanted)) {
    const found = [];
    for (const headers of [{}, bearer(READER), { "x-api-key": WRITER }, bearer(BOSS)]) {
      found.push((await ask(access, path, headers as Record<string, string>)).status);
    }
    assert.deepEqual(found, statuses, path);
  }
});

Deno.test("/access tells what whoever asks may do, with a key or without", async () => {
  const asked = async (access: AccessSettings, headers: Record<string, string> = {}) =>
    await (await ask(access, "/access", headers)).json();
  assert.deepEqual(await asked(LOOPBACK), { key: null, scopes: ["read", "write"] });
  const local = { keys: KEYS, isLoopback: true };
  assert.deepEqual(await asked(local), { key: null, scopes: ["read"] });
  assert.deepEqual(await asked(local, { host: "evil.example" }), { key: null, scopes: [] });
  assert.deepEqual(await asked(local, bearer(WRITER)), { key: "writer", scopes: ["read", "write"] });
  assert.deepEqual(await asked({ keys: KEYS, isLoopback: false }), { key: null, scopes: [] });
  assert.equal((await ask(local, "/access", bearer("not-a-key-of-this-server"))).status, 401);
});

Deno.test("a page of another name that points at loopback is no loopback", async () => {
  for (
    const host of ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"]
  ) {
    assert.equal((await ask(LOOPBACK, LIST, { host })).status, 401, host);
    assert.equal((await ask(LOOPBACK, "/written", { host })).status, 401, host);
  }
  for (
    const host of [
      "localhost",
      "localhost:8000",
      "127.0.0.1:8000",
      "127.1.2.3",
      "[::1]:8000",
      "matinee.localhost",
    ]
  ) {
    assert.equal((await ask(LOOPBACK, LIST, { host })).status, 200, host);
  }
});

Deno.test("a wrong key is refused even where none is needed, and never quoted", async () => {
  for (const path of [...OPEN, ...READING]) {
    const response = await ask(LOOPBACK, path, bearer("not-a-key-of-this-server"));
    assert.equal(response.status, 401, path);
    assert.ok(!(await response.text()).includes("not-a-key-of-this-server"));
  }
});

Deno.test("isLoopbackHost() knows this machine's names", () => {
  for (const host of ["127.0.0.1", "::1", "[::1]", "localhost"]) assert.ok(isLoopbackHost(host), host);
  for (const host of ["0.0.0.0", "::", "192.168.0.1", "example.org", "1270.0.1"]) {
    assert.ok(!isLoopbackHost(host), host);
  }
});

Deno.test("pages of other origins may call only where they are named", async () => {
  const serving = await servingOf(PARTS);
  const headers = { origin: "https://shop.example", "access-control-request-method": "POST" };
  const closed = await appOn(serving).app.request("/stats", { headers });
  assert.equal(closed.headers.get("access-control-allow-origin"), null);
  assert.equal((await appOn(serving).app.request("/stats", { method: "OPTIONS", headers })).status, 405);
  const { app } = appOn(serving, {}, {
    cors: ["https://shop.example"],
    access: { keys: KEYS, isLoopback: false },
  });
  const preflight = await app.request("/stats", { method: "OPTIONS", headers });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "https://shop.example");
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /PUT/);
  const other = await app.request("/stats", {
    headers: { origin: "https://other.example", ...bearer(READER) },
  });
  assert.equal(other.headers.get("access-control-allow-origin"), null);
});
