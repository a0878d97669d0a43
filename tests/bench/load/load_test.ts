import assert from "@std/assert";
import { answerIn } from "./_answer.ts";
import { load } from "./client.ts";
import { createHistogram } from "./histogram.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

Deno.test("createHistogram() gives percentiles within one percent", () => {
  const histogram = createHistogram();
  for (let i = 1; i <= 1000; i++) histogram.add(i / 10);
  for (const [share, wanted] of [[0.5, 50], [0.99, 99], [1, 100]]) {
    const found = histogram.at(share);
    assert.ok(found >= wanted && found <= 1.011 * wanted, `${share}: ${found}`);
  }
  assert.deepEqual([histogram.n, histogram.most], [1000, 100]);
  assert.ok(Number.isNaN(createHistogram().at(0.5)));
});

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("answerIn() finds the end of an answer by its length, its chunks or its status, and not before it is there", () => {
  const answers: [string, number][] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello", 200],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200],
    ["HTTP/1.1 304 Not Modified\r\netag: a\r\n\r\n", 304],
  ];
  for (const [text, status] of answers) {
    const bytes = bytesOf(text);
    for (let filled = 0; filled < bytes.length; filled++) {
      const found = answerIn(bytes, filled);
      assert.ok(found === null || found.end > filled, `${filled} bytes of ${JSON.stringify(text)}`);
    }
    const found = answerIn(bytes, bytes.length)!;
    assert.deepEqual([found.status, found.end, found.isLast], [status, bytes.length, false]);
  }
  assert.equal(answerIn(bytesOf("HTTP/1.1 200 OK\r\nConnection: Close\r\n\r\n"), 38)!.isLast, true);
  assert.throws(() => answerIn(bytesOf("SSH-2.0-OpenSSH\r\n\r\n"), 19), SyntaxError);
});

const traffic: Traffic = {
  asks: [
    { name: "list", share: 0.75, path: "/users/{user}" },
    {
      name: "rating",
      share: 0.25,
      method: "POST",
      path: "/ratings",
      body: '{"user_id":{user},"rating":{stars}}',
    },
  ],
  users: 5,
  movies: 3,
  seed: 1,
};

Deno.test("createTraffic() draws by share and seed, with people and stars in it", () => {
  const [first, second] = [0, 1].map(() => createTraffic(traffic, "a:1"));
  const text = new TextDecoder();
  const drawn = Array.from({ length: 400 }, first);
  assert.deepEqual(Array.from({ length: 400 }, second), drawn);
  const posts = drawn.filter(({ ask }) => ask === 1);
  assert.ok(posts.length > 70 && posts.length < 130, `${posts.length}`);
  for (const { ask, bytes } of drawn) {
    const request = text.decode(bytes);
    assert.match(request, /\r\nhost: a:1\r\n/);
    if (ask === 0) assert.match(request, /^GET \/users\/[1-5] HTTP\/1.1\r\n/);
    else assert.match(request, /content-length: 2\d\r\n\r\n\{"user_id":[1-5],"rating":[0-5](\.5)?\}$/);
  }
});

Deno.test("load() counts what was answered, what was refused and what was cut off, and connects again", async () => {
  let nth = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    nth++;
    if (nth % 10 === 0) return new Response("no", { status: 500 });
    return new Response("a list", { headers: nth % 7 === 0 ? { connection: "close" } : {} });
  });
  const result = await load({
    server: `http://127.0.0.1:${server.addr.port}`,
    traffic,
    connections: 3,
    seconds: 0.2,
    slot: 0.05,
  });
  await server.shutdown();
  assert.ok(result.all.n > 0 && result.all.p50 > 0 && result.all.p99 >= result.all.p50);
  assert.equal(result.all.n + result.failed, nth);
  assert.equal(result.asks.list.n + result.asks.rating.n, result.all.n);
  assert.deepEqual(Object.keys(result.failures).sort(), ["list: 500", "rating: 500"]);
  assert.ok(result.slots.length >= 3);
});

Deno.test("load() counts a request that the server breaks off on, and ends when it is gone for good", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const breaking = (async () => {
    for (let i = 0; i < 2; i++) {
      using tcp = await listener.accept();
      await tcp.read(new Uint8Array(1_000));
      await tcp.write(bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"));
    }
    listener.close();
  })();
  const server = `http://127.0.0.1:${listener.addr.port}`;
  const result = await load({ server, traffic, connections: 1, seconds: 60, mayEnd: true });
  await breaking;
  assert.deepEqual([result.failures, result.all.n], [{ "cut off": 2 }, 0]);
});
