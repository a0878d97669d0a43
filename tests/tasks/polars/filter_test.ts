import assert from "@std/assert";
import { filter } from "../../../tasks/polars/filter.ts";

const LIMITS = { args: [Date.UTC(1995, 0, 1) * 1000, Date.UTC(2026, 0, 1) * 1000] };

async function* bytesOf(...lines: string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield await Promise.resolve(new TextEncoder().encode(`${line}\n`));
}

async function textOf(output: AsyncIterable<Uint8Array>): Promise<string> {
  return await new Response(ReadableStream.from(output)).text();
}

Deno.test("filter() types rows and says what is wrong with each", async () => {
  const rows = bytesOf(
    "1,import,7,3,4.5,951868800123456,t",
    "2,live,7,3,NaN,951868800000000,t",
    "3,live,7,3,-Infinity,,f",
    "4,live,7,3,6,951868800000000,t",
    "5,live,7,3,3,951868800000000,f",
    "6,live,7,3,3,1,t",
  );
  assert.equal(
    await textOf(filter("validate", rows, LIMITS)),
    [
      "1,import,7,3,4.5,2000-03-01T00:00:00.123456Z,,",
      "2,live,7,3,,,rating_not_a_number,",
      "3,live,7,3,,,rating_not_a_number,",
      "4,live,7,3,,,rating_off_scale,",
      "5,live,7,3,,,unknown_movie,",
      "6,live,7,3,,,impossible_date,",
      "",
    ].join("\n"),
  );
});

Deno.test("filter() sets rows aside for the first check that they break", async () => {
  const rows = bytesOf(
    "1,import,7,3,4.5,951868800000000,t",
    "2,live,7,3,1,951868800000000,t",
    "3,live,7,3,4.5,951868800000000,f",
    "4,live,70,3,4.5,951868799999999,t",
  );
  const checks = [
    { text: "on, time", kind: "between", columns: ["rated_at"], min: "2000-03-01T00:00:00.000Z" },
    { text: "lanes", kind: "in", columns: ["lane"], values: ["live"] },
    { text: "stars", kind: "between", columns: ["rating"], min: 1.5, max: 4.5 },
    { text: "users", kind: "in", columns: ["user_id"], values: [7] },
    { text: "im", kind: "matches", columns: ["lane"], pattern: "^(?:live|im)" },
    { text: "some", kind: "not_null", columns: ["user_id", "rating"] },
  ];
  assert.equal(
    await textOf(filter("validate", rows, { args: [...LIMITS.args, JSON.stringify(checks)] })),
    [
      "1,import,7,3,,,failed_check,lanes",
      "2,live,7,3,,,failed_check,stars",
      "3,live,7,3,,,unknown_movie,",
      '4,live,70,3,,,failed_check,"on, time"',
      "",
    ].join("\n"),
  );
});

Deno.test("filter() adds up per user, movie, and user and genre", async () => {
  const rows = bytesOf("1,10,0|2,1,4", "1,11,2,1,0.5", "2,10,0|2,0,-1.5", "1,12,,1,3");
  const lines = (await textOf(filter("add_up", rows))).trim().split("\n").sort();
  assert.deepEqual(lines, [
    "movie,10,,1,2.5",
    "movie,11,,1,0.5",
    "movie,12,,1,3.0",
    "user,1,,3,7.5",
    "user,2,,0,-1.5",
    "user_genre,1,0,1,4.0",
    "user_genre,1,2,2,4.5",
    "user_genre,2,0,0,-1.5",
    "user_genre,2,2,0,-1.5",
  ]);
});

Deno.test("filter() gives nothing for nothing", async () => {
  assert.equal(await textOf(filter("validate", bytesOf(), LIMITS)), "");
  assert.equal(await textOf(filter("add_up", bytesOf())), "");
});

Deno.test("filter() takes more than a pipe holds", async () => {
  const n = 200_000;
  async function* many() {
    for (let i = 0; i < n; i += 1000) {
      yield* bytesOf(
        Array.from({ length: 1000 }, (_, k) => `${i + k},import,1,1,4,951868800000000,t`).join("\n"),
      );
    }
  }
  const text = await textOf(filter("validate", many(), LIMITS));
  assert.equal(text.split("\n").length - 1, n);
  assert.ok(text.endsWith(`\n${n - 1},import,1,1,4.0,2000-03-01T00:00:00.000000Z,,\n`));
});

Deno.test("filter() throws what its input throws, and passes on no part", async () => {
  async function* broken() {
    yield* bytesOf("1,import,7,3,4.5,951868800000000,t");
    throw new Error("connection lost");
  }
  let seen = 0;
  await assert.rejects(async () => {
    for await (const _ of filter("validate", broken(), LIMITS)) seen++;
  }, { message: "connection lost" });
  assert.equal(seen, 0);
});

Deno.test("filter() fails with the program's last words", async () => {
  await assert.rejects(textOf(filter("validate", bytesOf("one,import,7,3,4,5,t"), LIMITS)), {
    name: "Error",
    message:
      /^Cannot run Polars program "validate" as it ended with code 1: found ".*one.*Next: deno install/s,
  });
});

Deno.test("filter() stops with its signal, and takes its process along", async () => {
  const stop = new AbortController();
  async function* endless() {
    for (;;) {
      yield* bytesOf("1,import,7,3,4.5,951868800000000,t");
      stop.abort(new Error("stopped by a person"));
    }
  }
  await assert.rejects(textOf(filter("validate", endless(), { ...LIMITS, signal: stop.signal })), {
    message: "stopped by a person",
  });
});

Deno.test("filter() whose reader leaves early ends its process", async () => {
  const rows = bytesOf(...Array.from({ length: 100_000 }, (_, i) => `${i},import,1,1,4,951868800000000,t`));
  for await (const bytes of filter("validate", rows, LIMITS)) {
    assert.ok(bytes.length > 0);
    break;
  }
});

Deno.test("a Polars program can read and call native code, but neither write, run, nor reach the net", async () => {
  const probe = new URL("./_probe.ts", import.meta.url).href;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const args = ["run", "-P=polars", "--no-prompt", "--quiet", "--config", decodeURIComponent(config), probe];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    read: "granted",
    write: "prompt",
    net: "prompt",
    env: "prompt",
    sys: "granted",
    run: "prompt",
    ffi: "granted",
  });
});
