/** A fresh archive on a server with the settings that people's homes have, fsync and all; the tests' has none. */
import { connect, type Pool } from "../../sql/db.ts";
import { openDatabase } from "../../sql/launcher.ts";
import { migrate } from "../../sql/migrate.ts";

const HOME = decodeURIComponent(new URL("../../.matinee/bench_home", import.meta.url).pathname);

export interface BenchPoolOptions {
  /** Fills the migrated database before it is copied. */
  fill?: (pool: Pool) => Promise<void>;
  /** How many equal databases (default 1). */
  copies?: number;
}

/** A pool on a new, migrated database; disposing of it drops the database and leaves the server. */
export async function benchPool(): Promise<Pool & { url: string } & AsyncDisposable> {
  const pools = await benchPools();
  return { ...pools.list[0], url: pools.urls[0], [Symbol.asyncDispose]: () => pools[Symbol.asyncDispose]() };
}

/** Pools on equal new databases; disposing of them drops the databases and leaves the server. */
export async function benchPools(
  { fill, copies = 1 }: BenchPoolOptions = {},
): Promise<{ list: Pool[]; urls: string[] } & AsyncDisposable> {
  await Deno.mkdir(HOME, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const server = await openDatabase({ home: HOME });
  stack.defer(() => server.leave());
  const administrator = connect(server.url, { max: 1 });
  stack.defer(() => administrator.end());
  const names = Array.from({ length: copies }, (_, i) => `bench_${Deno.pid}_${i}`);
  for (const [i, name] of names.entries()) {
    stack.defer(() => administrator.script(`drop database if exists ${name} with (force)`));
    const like = i === 0 ? "template0" : `${names[0]} strategy file_copy`;
    await administrator.script(`drop database if exists ${name} with (force)`);
    await administrator.script(
      `create database ${name} ${i === 0 ? "encoding 'UTF8'" : ""} template ${like}`,
    );
    if (i > 0) continue;
    const first = connect(urlOf(server.url, name), { max: 2 });
    await migrate(first).then(() => fill?.(first)).finally(() => first.end());
  }
  const urls = names.map((name) => urlOf(server.url, name));
  const list = urls.map((url) => connect(url, { name: "matinee bench" }));
  for (const pool of list) stack.defer(() => pool.end());
  const all = stack.move();
  return { list, urls, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function urlOf(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
