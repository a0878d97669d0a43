/** A fresh archive on a server with the settings that people's homes have, fsync and all; the tests' has none. */
import { connect, type Pool } from "../../sql/db.ts";
import { openDatabase } from "../../sql/launcher.ts";
import { migrate } from "../../sql/migrate.ts";

const HOME = decodeURIComponent(new URL("../../.matinee/bench_home", import.meta.url).pathname);

/** A pool on a new, migrated database; disposing of it drops the database and leaves the server. */
export async function benchPool(): Promise<Pool & AsyncDisposable> {
  await Deno.mkdir(HOME, { recursive: true });
  const server = await openDatabase({ home: HOME });
  const administrator = connect(server.url, { max: 1 });
  const name = `bench_${Deno.pid}`;
  await administrator.script(`drop database if exists ${name} with (force)`);
  await administrator.script(`create database ${name} encoding 'UTF8' template template0`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const pool = connect(url.href, { name: "matinee bench" });
  await migrate(pool);
  return {
    ...pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await administrator.script(`drop database ${name} with (force)`);
      await administrator.end();
      await server.leave();
    },
  };
}
