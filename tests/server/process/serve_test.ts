import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { serve, type Server } from "../../../server/process/serve.ts";
import type { ServeOptions } from "../../../server/process/options.ts";
import { testPool } from "../../support/database.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { addInbox, createArchive, pointTo, publish } from "../_archive.ts";
import { memoryLog } from "../_serving.ts";
import { until } from "../_until.ts";

const CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url));
const OPTIONS: ServeOptions = {
  port: 0,
  host: "127.0.0.1",
  workers: 2,
  drain: 0,
  rateLimit: 0,
  cors: [],
  jsonLog: false,
  verbose: false,
};
const LIST = `users/${userIdOf(1)}/recommendations`;

async function withHome(body: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "matinee home " });
  try {
    await body(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** A home whose `current.json` points to a snapshot, and a way to point it to another. */
async function withSnapshots(
  seeds: number[],
  body: (home: string, point: (seed: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  await withHome(async (home) => {
    const artifacts = join(home, "artifacts");
    const published = await Promise.all(
      seeds.map((seed) => publish(db, artifacts, snapshotParts({ seed }), { status: "publishing" })),
    );
    const point = (seed: number) => pointTo(artifacts, published[seeds.indexOf(seed)]);
    await point(seeds[0]);
    await body(home, point);
  });
}

interface Load {
  answers: Map<string, number>;
  failures: string[];
}

/** Asks for lists on 8 connections until `isOver`; counts answers by model version. */
async function load(url: string, isOver: () => boolean): Promise<Load> {
  const result: Load = { answers: new Map(), failures: [] };
  using client = Deno.createHttpClient({});
  const connection = async () => {
    while (!isOver()) {
      try {
        const response = await fetch(url, { client });
        const list = await response.json();
        if (response.status !== 200 || list.items.length !== 10) throw new Error(`status ${response.status}`);
        result.answers.set(list.model_version, (result.answers.get(list.model_version) ?? 0) + 1);
      } catch (error) {
        result.failures.push(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, connection));
  return result;
}

async function served(response: Promise<Response>): Promise<number> {
  const answer = await response;
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("serve() swaps snapshots under load without a failed request", () =>
  withSnapshots([1, 2, 3], async (home, point) => {
    const server = await serve(OPTIONS, { home, databaseUrl: null, log: memoryLog(), pollEvery: 5 });
    let isOver = false;
    const loading = load(`${server.url}${LIST}`, () => isOver);
    const version = async () => (await (await fetch(`${server.url}stats`)).json()).model_version;
    for (const seed of [2, 3, 1, 2, 3]) {
      await point(seed);
      await until(async () => await version() === `test-${seed}`, `snapshot ${seed} is live`);
    }
    isOver = true;
    const { answers, failures } = await loading;
    await server.stop(0);
    assert.deepEqual(failures, []);
    assert.deepEqual([...answers.keys()].sort(), ["test-1", "test-2", "test-3"]);
  }));

Deno.test("serve() hides a movie once its rating is in the inbox", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  await withHome(async (home) => {
    await publish(db, join(home, "artifacts"), snapshotParts({ seenShare: 0 }));
    const server = await serve(OPTIONS, { home, databaseUrl: db.url, log: memoryLog(), pollEvery: 600_000 });
    const first = async () => {
      const list = await (await fetch(`${server.url}users/${userIdOf(1)}/recommendations?n=1`)).json();
      return list.items[0].movie_id;
    };
    const best = await first();
    assert.equal(best % movieIdOf(0), 0);
    await addInbox(db, [userIdOf(1), best]);
    await db.script("notify matinee_ratings");
    await until(async () => await first() !== best, "the movie is hidden");
    await server.stop(0);
  });
});

Deno.test("serve() takes the next free port, and says so", async () => {
  await withHome(async (home) => {
    const start = (options: ServeOptions, log = memoryLog()) =>
      serve(options, { home, databaseUrl: null, log });
    const first = await start(OPTIONS);
    const log = memoryLog();
    const port = Number(new URL(first.url).port);
    const second = await start({ ...OPTIONS, port }, log);
    assert.ok(Number(new URL(second.url).port) > port);
    assert.ok(log.lines.some((line) => line.startsWith(`warn port ${port} is taken; using ${port + 1}`)));
    assert.ok(log.lines.some((line) => line === `info listening on ${second.url}`));
    assert.ok(log.lines.some((line) => line.includes("nothing to recommend yet; next: deno task daily")));
    await Promise.all([first, second].map((server: Server) => server.stop(0)));
  });
});

Deno.test("SIGTERM under load: ready turns 503, nothing in flight fails, exit code 0", () =>
  withSnapshots([1], async (home) => {
    await using process = await start(home, ["--port", "0", "--drain", "2"]);
    let isReady = true;
    const loading = load(`${process.url}${LIST}`, () => !isReady);
    await until(async () => await served(fetch(`${process.url}health/ready`)) === 200, "the server is ready");
    process.child.kill("SIGTERM");
    await until(async () => await served(fetch(`${process.url}health/ready`)) === 503, "readiness says no");
    // As a load balancer does: whoever is not ready gets no new requests.
    isReady = false;
    const { answers, failures } = await loading;
    assert.deepEqual(failures, []);
    assert.ok((answers.get("test-1") ?? 0) > 0);
    assert.equal((await process.child.status).code, 0);
    assert.match(await process.text, /stopping: requests in flight finish signal=SIGTERM\n.*stopped\n$/);
  }));

Deno.test("Ctrl-C stops at once though deno task doubles it, and a later second one ends the process", () =>
  withSnapshots([1], async (home) => {
    await using process = await start(home, ["--port", "0"]);
    // Two of one kind would be one to the kernel while the first waits.
    process.child.kill("SIGINT");
    process.child.kill("SIGHUP");
    assert.equal((await process.child.status).code, 0);

    await using stubborn = await start(home, ["--port", "0", "--drain", "600"]);
    stubborn.child.kill("SIGTERM");
    await until(async () => await served(fetch(`${stubborn.url}health/ready`)) === 503, "it is stopping");
    let code: number | null = null;
    stubborn.child.status.then((status) => code = status.code);
    // Over and over, as presses within 0.4 s of the first count as one.
    await until(() => {
      send(stubborn.child, "SIGINT");
      return code !== null;
    }, "it has ended");
    assert.equal(code, 130);
  }));

Deno.test("serve explains itself, and exits 2 on flags that it does not know", async () => {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await command(".", args).output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  const help = await run("--help");
  assert.equal(help.code, 0);
  assert.match(help.out, /Usage: deno task serve[^]*--port PORT[^]*--json-log/);
  const wrong: Record<string, RegExp> = {
    "--prot=1": /Unknown option '--prot'\. Next: deno task serve --help/,
    "--port=high": /Cannot read --port as it should be a whole number from 0 to 65535: found "high"/,
    "--port=65536": /found "65536"/,
    "--drain=-1": /Cannot read --drain/,
    "now": /Unexpected argument 'now'/,
  };
  for (const [flag, message] of Object.entries(wrong)) {
    const { code, err } = await run(flag);
    assert.equal(code, 2, flag);
    assert.match(err, message);
  }
});

function command(home: string, args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=serve", "server/main.ts", ...args],
    cwd: CHECKOUT,
    env: { MATINEE_HOME: home, DATABASE_URL: "" },
    stdout: "piped",
    stderr: "piped",
  });
}

/** The server as a process of its own, with the permissions that the task gives it. */
async function start(home: string, args: string[]) {
  const child = command(home, args).spawn();
  const decoder = new TextDecoder();
  let said = "";
  const text = (async () => {
    for await (const chunk of child.stderr) said += decoder.decode(chunk, { stream: true });
    return said;
  })();
  const out = child.stdout.cancel();
  await until(() => /listening on \S+/.test(said), "the server listens", 60);
  const [, url] = /listening on (\S+)/.exec(said) ?? [];
  return {
    child,
    url,
    text,
    async [Symbol.asyncDispose]() {
      send(child, "SIGKILL");
      await Promise.all([child.status, text, out]);
    },
  };
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch { /* it has ended */ }
}
