/** PostgreSQL killed under a server with requests: lists go on, writes say when to try again, and all comes back. */
import assert from "@std/assert";
import { join } from "node:path";
import { connect } from "../../../sql/db.ts";
import { openDatabase } from "../../../sql/launcher.ts";
import { migrate } from "../../../sql/migrate.ts";
import { createDatabase } from "../../../server/process/database.ts";
import { testPool } from "../../support/database.ts";
import { childrenOf, serverOf, signalTo } from "../../support/embedded_server.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { createArchive, publish } from "../_archive.ts";
import { until } from "../../support/until.ts";
import { load, started, withHome } from "./_home.ts";

const LIST = `users/${userIdOf(1)}/recommendations`;

/** As a power cut does: the server and all that it has started, at once. */
async function killServer(home: string): Promise<void> {
  const server = (await serverOf(home))!;
  // Its backends first: left alone, they would still end what they are doing.
  for (const pid of [...await childrenOf(server), server]) signalTo(pid, "SIGKILL");
}

const isLinux = Deno.build.os === "linux"; // /proc says what the server has started

Deno.test(
  "PostgreSQL killed under load: no list fails, writes answer 503 with Retry-After, and all come back",
  {
    ignore: !isLinux,
  },
  () =>
    withHome(async (home) => {
      await using database = await openDatabase({ home });
      const pool = connect(database.url, { max: 2 });
      await migrate(pool);
      await createArchive(pool, snapshotParts());
      await publish(pool, join(home, "artifacts"), snapshotParts({ seenShare: 0 }));
      await pool.end();
      await using server = await started({}, { home, databaseUrl: database.url, pollEvery: 50 });
      let isOver = false;
      const loading = load(`${server.url}${LIST}`, () => isOver);
      const post = async (movie: number) => {
        const body = JSON.stringify({ user_id: userIdOf(2), movie_id: movieIdOf(movie), rating: 4 });
        const response = await fetch(`${server.url}ratings`, {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        });
        await response.body?.cancel();
        return [response.status, response.headers.get("retry-after")] as const;
      };
      assert.deepEqual(await post(0), [202, null]);
      await killServer(home);
      const refused = await post(1);
      assert.equal(refused[0], 503);
      assert.ok(Number(refused[1]) > 0);
      await until(
        () => server.log.lines.some((line) => line.includes("does not answer")),
        "the loss is told",
      );
      assert.equal(await database.revive(), database.url);
      await until(async () => (await post(1))[0] === 202, "writes come back");
      await until(
        () => server.log.lines.some((line) => line.includes("answers again")),
        "the return is told",
      );
      isOver = true;
      const { failures, answers } = await loading;
      assert.deepEqual(failures, []);
      assert.ok([...answers.values()].reduce((sum, n) => sum + n, 0) > 0);
      await server.stop(0);
      await database.leave();
    }),
);

Deno.test("a statement that hangs is cut off, and the next one finds a database", async () => {
  await using db = await testPool();
  await using database = createDatabase(() => connect(db.url, { max: 1, patience: 100 }));
  await assert.rejects(database.use((tx) => tx.script("select pg_sleep(60)")), { kind: "database-down" });
  await database.use((tx) => tx.script("select 1"));
});

Deno.test("a line that goes silent is given up, and the next use takes another", async () => {
  await using db = await testPool();
  // A listener that accepts, and never says a word.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const through = new URL(db.url);
  through.host = `127.0.0.1:${silent.addr.port}`;
  let url = through.href;
  await using database = createDatabase(() => connect(url, { max: 1 }), { patience: 50 });
  await assert.rejects(database.use((tx) => tx.script("select 1")), { kind: "database-down" });
  url = db.url;
  await until(() => database.use((tx) => tx.script("select 1")).then(() => true, () => false), "it answers");
});

Deno.test("what PostgreSQL thinks of a statement is no loss of it", async () => {
  await using db = await testPool();
  await using database = createDatabase(() => connect(db.url, { max: 1 }));
  await assert.rejects(database.use((tx) => tx.script("select 1/0")), /division by zero/);
});
