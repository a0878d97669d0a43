import assert from "@std/assert";
import fc from "fast-check";
import { readKeys } from "../../../server/http/keys.ts";
import { LARGEST_BODY } from "../../../server/http/limits.ts";
import { createRateLimiter, createRateTable } from "../../../server/http/rate_limit.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { appOn, LOOPBACK, servingOf } from "../_serving.ts";

const KEY = "k".repeat(24);
const ACCESS = { keys: readKeys(`shop:read:${KEY} other:read:${KEY}2`, "the test"), isLoopback: false };

function limiterAt(perMinute: number, table = createRateTable()) {
  const clock = { ms: 1_700_000_000_000 };
  return { clock, limiter: createRateLimiter({ table, perMinute, now: () => clock.ms }) };
}

Deno.test("take() lets a minute's worth come at once, then one each 60 s / limit", () => {
  const { clock, limiter } = limiterAt(6);
  const remaining = Array.from({ length: 6 }, () => limiter.take("a").remaining);
  assert.deepEqual(remaining, [5, 4, 3, 2, 1, 0]);
  const refused = limiter.take("a");
  assert.deepEqual([refused.isAllowed, refused.seconds], [false, 10]);
  assert.ok(limiter.take("b").isAllowed, "another client has its own");
  clock.ms += 9_999;
  assert.ok(!limiter.take("a").isAllowed);
  clock.ms += 1;
  assert.ok(limiter.take("a").isAllowed);
  assert.ok(!limiter.take("a").isAllowed);
  clock.ms += 60_000;
  assert.deepEqual(limiter.take("a"), { isAllowed: true, remaining: 5, seconds: 10 });
});

Deno.test("take() never lets more than twice the limit pass in a minute, whatever the times", () => {
  // A whole burst, and what flows in meanwhile: the bound of the algorithm itself.
  const gaps = fc.array(fc.nat({ max: 3_000 }), { minLength: 50, maxLength: 200 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), gaps, (perMinute, gaps) => {
    const { clock, limiter } = limiterAt(perMinute);
    const passed: number[] = [];
    for (const gap of gaps) {
      clock.ms += gap;
      if (limiter.take("a").isAllowed) passed.push(clock.ms);
    }
    for (const from of passed) {
      const inMinute = passed.filter((at) => at >= from && at < from + 60_000).length;
      assert.ok(inMinute <= 2 * perMinute, `${inMinute} of ${perMinute}`);
    }
    assert.ok(passed.length >= Math.min(perMinute, gaps.length));
  }));
});

Deno.test("take() counts together what several workers see", () => {
  const table = createRateTable();
  const [a, b] = [limiterAt(4, table).limiter, limiterAt(4, table).limiter];
  const allowed = Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? a : b).take("one").isAllowed);
  assert.deepEqual(allowed, [true, true, true, true, false, false]);
});

Deno.test("take() forgets the one that was away for longest when the table is full", () => {
  const { clock, limiter } = limiterAt(1);
  for (let i = 0; i < 100_000; i++) {
    clock.ms += 1;
    limiter.take(`client ${i}`);
  }
  assert.ok(!limiter.take("client 99999").isAllowed);
});

Deno.test("take() lets somebody new begin anew, whoever had the place before", () => {
  const { limiter } = limiterAt(1);
  for (let i = 0; i < 50_000; i++) assert.ok(limiter.take(`client ${i}`).isAllowed, `client ${i}`);
});

Deno.test("requests of one key or address are limited, with headers that say so", async () => {
  const { limiter } = limiterAt(2);
  const { app } = appOn(await servingOf(snapshotParts()), {}, { access: ACCESS, limiter });
  const from = (hostname: string, key?: string) =>
    app.request("/openapi.json", key ? { headers: { "x-api-key": key } } : {}, {
      remoteAddr: { transport: "tcp" as const, hostname, port: 1 },
    });
  const first = await from("192.0.2.1");
  assert.deepEqual(
    ["limit", "remaining", "reset"].map((name) => first.headers.get(`ratelimit-${name}`)),
    ["2", "1", "30"],
  );
  assert.equal((await from("192.0.2.1")).status, 200);
  const refused = await from("192.0.2.1");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "30");
  assert.equal((await refused.json()).type, "urn:matinee:problem:too-many-requests");
  assert.equal((await from("192.0.2.2")).status, 200);
  const byKey = [await from("192.0.2.1", KEY), await from("192.0.2.3", KEY), await from("192.0.2.4", KEY)];
  assert.deepEqual(byKey.map(({ status }) => status), [200, 200, 429]);
  assert.equal((await from("192.0.2.1", `${KEY}2`)).status, 200);
  // A load balancer's probe is heard, however often it asks.
  const remoteAddr = { transport: "tcp" as const, hostname: "192.0.2.1", port: 1 };
  for (const path of ["/health", "/health/live", "/health/ready"]) {
    assert.equal((await app.request(path, {}, { remoteAddr })).status, 200, path);
  }
});

Deno.test("guessing keys is limited by address, an IPv6 host's by its /64", async () => {
  const { limiter } = limiterAt(2);
  const { app } = appOn(await servingOf(snapshotParts()), {}, { access: ACCESS, limiter });
  const guess = async (hostname: string) =>
    (await app.request("/stats", { headers: { "x-api-key": crypto.randomUUID() } }, {
      remoteAddr: { transport: "tcp" as const, hostname, port: 1 },
    })).status;
  assert.deepEqual([await guess("192.0.2.9"), await guess("192.0.2.9"), await guess("192.0.2.9")], [
    401,
    401,
    429,
  ]);
  assert.deepEqual(
    [await guess("2001:db8::1"), await guess("2001:db8:0:0:ffff::2"), await guess("2001:db8:0:0:1:2:3:4")],
    [401, 401, 429],
  );
  assert.equal(await guess("2001:db8:0:1::1"), 401);
});

Deno.test("this machine's own requests are not counted", async () => {
  const { limiter } = limiterAt(1);
  const { app } = appOn(await servingOf(snapshotParts()), {}, { access: LOOPBACK, limiter });
  const info = { remoteAddr: { transport: "tcp" as const, hostname: "127.0.0.1", port: 1 } };
  for (let i = 0; i < 3; i++) {
    const response = await app.request("/stats", {}, info);
    assert.deepEqual([response.status, response.headers.get("ratelimit-limit")], [200, null]);
  }
});

Deno.test("a body over 1 MiB is a problem, whether it says its length or not", async () => {
  const { app } = appOn(await servingOf(snapshotParts()));
  const body = new Uint8Array(LARGEST_BODY + 1);
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(body);
      controller.close();
    },
  });
  const said = await app.request("/stats", {
    method: "POST",
    body,
    headers: { "content-length": `${body.length}` },
  });
  const unsaid = await app.request(new Request("http://localhost/stats", { method: "POST", body: stream }));
  for (const response of [said, unsaid]) {
    assert.equal(response.status, 413);
    assert.equal((await response.json()).type, "urn:matinee:problem:too-large");
  }
});
