import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { jsonOf, load, started, withHome, withSnapshots } from "./_home.ts";
import { testPool } from "../../support/database.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { addInbox, createArchive, publish } from "../_archive.ts";
import { until } from "../../support/until.ts";

const CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url));
const LIST = `users/${userIdOf(1)}/recommendations`;

/** A home with one snapshot, on no database. */
async function inHome(body: (home: string) => Promise<void>): Promise<void> {
  await using db = await testPool();
  await withSnapshots(db, [1], body);
}

async function served(response: Promise<Response>): Promise<number> {
  const answer = await response;
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("serve() hides a movie once its rating is in the inbox", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  await withHome(async (home) => {
    await publish(db, join(home, "artifacts"), snapshotParts({ seenShare: 0 }));
    await using server = await started({}, { home, databaseUrl: db.url });
    const first = async () => (await jsonOf(`${server.url}${LIST}?n=1`)).items[0].movie_id;
    const best = await first();
    assert.equal(best % movieIdOf(0), 0);
    await addInbox(db, [userIdOf(1), best]);
    await db.script("notify matinee_ratings");
    await until(async () => await first() !== best, "the movie is hidden");
  });
});

Deno.test("serve() takes the next free port, and says so", () =>
  withHome(async (home) => {
    await using first = await started({}, { home });
    const port = Number(new URL(first.url).port);
    await using second = await started({ port }, { home });
    const { lines } = second.log;
    // Not always the one after it: that may be another program's.
    const next = Number(new URL(second.url).port);
    assert.ok(next > port);
    assert.ok(lines.some((line) => line.startsWith(`warn port ${port} is taken; using ${next}`)));
    assert.ok(lines.some((line) => line === `info listening on ${second.url}`));
    assert.ok(lines.some((line) => line.includes("nothing to recommend yet; next: deno task daily")));
  }));

Deno.test("SIGTERM under load: ready turns 503, nothing in flight fails, exit code 0", () =>
  inHome(async (home) => {
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
  inHome(async (home) => {
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
