/** Keys, limits and figures of a server whose workers are several. */
import assert from "@std/assert";
import { join } from "node:path";
import { readKeys } from "../../../server/http/keys.ts";
import { configuredKeys } from "../../../server/process/configured_keys.ts";
import { readServeOptions, type ServeOptions, UsageError } from "../../../server/process/options.ts";
import { serve, type Server } from "../../../server/process/serve.ts";
import { MORTAL, OPTIONS } from "./_home.ts";
import { memoryLog } from "../_serving.ts";

const KEY = "k".repeat(24);

/** A server with nothing to serve: who may ask, and how often, does not hang on it. */
async function withServer(
  options: Partial<ServeOptions>,
  body: (server: Server, log: ReturnType<typeof memoryLog>) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "matinee home " });
  const log = memoryLog();
  const keys = readKeys(`shop:read:${KEY}`, "the test");
  const server = await serve({ ...OPTIONS, ...options }, {
    home,
    databaseUrl: null,
    log,
    keys,
    workerModule: MORTAL,
  });
  try {
    await body(server, log);
  } finally {
    await server.stop(0);
    await Deno.remove(home, { recursive: true });
  }
}

/** Each on a connection of its own, so that the workers share them. */
async function ask(url: string, headers: Record<string, string> = {}): Promise<Response> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { client, headers });
  return new Response(await response.text(), response);
}

Deno.test("serve() has all workers' figures in one answer, whichever gives it", () =>
  withServer({}, async ({ url }) => {
    for (let i = 0; i < 40; i++) await ask(`${url}health/live`);
    const texts = await Promise.all(
      Array.from({ length: 6 }, async () => (await ask(`${url}metrics`)).text()),
    );
    for (const text of texts) {
      assert.match(text, /duration_seconds_count\{method="GET",route="\/health\/live",status="200"\} 40\n/);
      assert.match(text, /^matinee_database_up 0$/m);
    }
  }));

Deno.test("serve() limits a client over all workers together", () =>
  withServer({ rateLimit: 10 }, async ({ url }) => {
    const statuses: number[] = [];
    for (let i = 0; i < 14; i++) {
      statuses.push((await ask(`${url}openapi.json`, { "x-api-key": KEY })).status);
    }
    assert.deepEqual(statuses, [...Array(10).fill(200), ...Array(4).fill(429)]);
    assert.equal((await ask(`${url}health/live`)).status, 200);
  }));

Deno.test("serve() on a network wants a key, and says so when it starts", () =>
  withServer({ host: "0.0.0.0" }, async ({ url }, log) => {
    assert.ok(log.lines.includes("info on a network, requests need a key read=shop"), log.lines.join("\n"));
    assert.equal((await ask(`${url}metrics`)).status, 401);
    assert.equal((await ask(`${url}metrics`, { authorization: `Bearer ${KEY}` })).status, 200);
  }));

Deno.test("configuredKeys() takes those of the environment and of the file, each name once", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "keys");
  await Deno.writeTextFile(file, `# for the shop\nshop:read:${KEY}\n`);
  const names = (sources: Parameters<typeof configuredKeys>[0]) =>
    configuredKeys(sources).map(({ name }) => name);
  assert.deepEqual(names({}), []);
  assert.deepEqual(names({ keys: `me:operate:${KEY}2`, file }), ["me", "shop"]);
  const wrong: [Parameters<typeof configuredKeys>[0], RegExp][] = [
    [{ keys: `shop:write:${KEY}2`, file }, /found "shop" in MATINEE_API_KEYS, too/],
    [{ keys: "shop:read:short" }, /at least 20 characters: found 5/],
    [{ file: join(folder, "nowhere") }, /Cannot read the file that MATINEE_API_KEYS_FILE names, ".*nowhere"/],
  ];
  for (const [sources, message] of wrong) {
    assert.throws(
      () => configuredKeys(sources),
      (error: Error) => error instanceof UsageError && message.test(error.message),
    );
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readServeOptions() reads limits and origins", () => {
  const options = readServeOptions([
    "--rate-limit",
    "30",
    "--cors",
    "https://a.example",
    "--cors",
    "http://b:81",
  ]);
  assert.deepEqual([options?.rateLimit, options?.cors], [30, ["https://a.example", "http://b:81"]]);
  assert.deepEqual([readServeOptions([])?.rateLimit, readServeOptions([])?.cors], [6000, []]);
  for (const origin of ["*", "shop.example", "https://shop.example/", "https://shop.example/path"]) {
    assert.throws(
      () => readServeOptions(["--cors", origin]),
      /--cors as it should be an origin like/,
      origin,
    );
  }
  assert.throws(
    () => readServeOptions(["--rate-limit", "many"]),
    /--rate-limit as it should be a whole number/,
  );
});
