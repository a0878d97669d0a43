/**
 * A fresh, migrated database for each test, on one PostgreSQL server that all of them share.
 *
 * The server is the embedded one of MATINEE_TEST_HOME (default `.matinee/test` in the checkout), which stays for the
 * next run, or the one that MATINEE_TEST_DATABASE_URL names. `deno run -A tests/support/database.ts` stops it.
 */
import postgres from "@db/postgres";
import { connect, type Pool } from "../../sql/db.ts";
import { openDatabase } from "../../sql/launcher.ts";
import { migrate, migrations } from "../../sql/migrate.ts";

const checkout = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const given = Deno.env.get("MATINEE_TEST_DATABASE_URL");
/** Left to the end of the process: the server outlives it. Opened here, outside all tests, for their sanitizers. */
const server = await openDatabase({
  home: Deno.env.get("MATINEE_TEST_HOME") ?? `${checkout}.matinee/test`,
  databaseUrl: given,
});
const template = import.meta.main ? "" : await prepareServer();

/** A pool on a new database that has every migration; disposing of it drops the database. */
export function testPool(): Promise<Pool & AsyncDisposable> {
  return poolFrom(template);
}

/** As `testPool`, without any migration. */
export function emptyPool(): Promise<Pool & AsyncDisposable> {
  return poolFrom("template0");
}

async function poolFrom(source: string): Promise<Pool & AsyncDisposable> {
  // By file is three times as fast, and needs a checkpoint, which costs nothing without fsync.
  const strategy = given ? "wal_log" : "file_copy";
  const name = `matinee_test_${Date.now()}_${crypto.randomUUID().slice(0, 8)}`;
  await administer((sql) => sql.unsafe(`create database ${name} template ${source} strategy ${strategy}`));
  const pool = connect(urlOf(name));
  return {
    ...pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await administer((sql) => sql.unsafe(`drop database ${name} with (force)`));
    },
  };
}

/** The URL of database `name` on the tests' server. */
function urlOf(name: string): string {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** Makes the template of the current migrations, once for all processes, and clears what killed runs left. */
async function prepareServer(): Promise<string> {
  const texts = new TextEncoder().encode(migrations().map(({ text }) => text).join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", texts)).toHex();
  const name = `matinee_template_${digest.slice(0, 12)}`;
  await administer(async (sql) => {
    await sql`select pg_advisory_lock(hashtext('matinee test template'))`;
    // Tests need no durability; a server that was given keeps its own settings.
    if (!given) await sql.unsafe("alter system set fsync = off").then(() => sql`select pg_reload_conf()`);
    await dropLeftovers(sql);
    const [known] = await sql`select from pg_database where datname = ${name}`;
    if (known) return;
    const aside = `${name}_partial`;
    await sql.unsafe(`drop database if exists ${aside} with (force)`);
    await sql.unsafe(`create database ${aside} encoding 'UTF8' template template0`);
    const pool = connect(urlOf(aside), { max: 1 });
    await migrate(pool).finally(() => pool.end());
    await sql.unsafe(`alter database ${aside} rename to ${name}`);
  });
  return name;
}

/** Databases of tests that were killed over an hour ago. */
async function dropLeftovers(sql: postgres.Sql): Promise<void> {
  const names = await sql<{ name: string }[]>`
    select datname as name from pg_database
    where datname ~ '^matinee_test_\\d+_' and split_part(datname, '_', 3)::bigint < ${Date.now() - 3_600_000}
      and not exists (select from pg_stat_activity a where a.datname = pg_database.datname)`;
  for (const { name } of names) await sql.unsafe(`drop database if exists ${name}`);
}

async function administer(body: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(server.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "matinee test" },
  });
  await body(sql).finally(() => sql.end());
}

if (import.meta.main) await server.leave();
