/**
 * The one door to PostgreSQL: named query files in, typed rows out.
 *
 * A query is a file under `sql/queries/`, one statement each, named by its path without `.sql`
 * (`"lake/count_ratings"`). COPY takes no parameters, so COPY files read settings instead:
 * `current_setting('matinee.batch_id')` stands for the setting `batch_id`.
 */
import type postgres from "@db/postgres";
import { type ConnectionOptions, driver, isConnectionLoss } from "./_connection.ts";
import { createLender, type Lender } from "./_lender.ts";
import { session, transaction, undoWith } from "./_session.ts";

export { isConnectionLoss };

export type Param = string | number | boolean | Date | null | readonly (string | number | null)[];

/** What a query can run on: the pool, or one transaction of it. */
export interface Db {
  /** All rows of `query`, in its order. */
  rows<Row extends object>(query: string, params?: readonly Param[]): Promise<Row[]>;
  /** The first row of `query`, if there is one. */
  row<Row extends object>(query: string, params?: readonly Param[]): Promise<Row | undefined>;
  /** Runs `query`; returns how many rows it touched. */
  execute(query: string, params?: readonly Param[]): Promise<number>;
  /** The rows of `query` in chunks, through a cursor. */
  chunks<Row extends object>(query: string, params: readonly Param[], size: number): AsyncIterable<Row[]>;
  /** Feeds `COPY … FROM STDIN`; returns when the server has taken the last byte. */
  copyIn(query: string, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** The bytes of `COPY (…) TO STDOUT`; `settings` become `matinee.*` for that statement. */
  copyOut(query: string, settings?: Readonly<Record<string, string | number>>): AsyncIterable<Uint8Array>;
  /** Runs `body` in one transaction (a savepoint when already in one): all of it happens, or none. */
  transaction<T>(body: (tx: Db) => Promise<T>): Promise<T>;
  /** Runs a whole SQL script (migrations): simple protocol, several statements, no parameters. */
  script(text: string): Promise<void>;
}

/** A session lock; dispose to release. */
export interface Lock extends AsyncDisposable {
  /** Resolves when its session is lost, and the lock with it: others can take it from then on. */
  readonly whenLost: Promise<void>;
}

/** The pool: a `Db` that can also hold a session lock, listen, and end. */
export interface Pool extends Db {
  readonly url: string;
  /** Session-level advisory lock on `name`; null when somebody else holds it. */
  tryLock(name: string): Promise<Lock | null>;
  /** Has connections from now on go to `url`, where the same database is after a restart. */
  moveTo(url: string): void;
  /** Calls `heard` for each NOTIFY on `channel`, from when the promise resolves until disposed. */
  listen(channel: string, heard: (payload: string) => void): Promise<AsyncDisposable>;
  end(): Promise<void>;
}

/** Connects to `url`; `name` is what others see in `pg_stat_activity`. Nothing is sent before the first query. */
export function connect(
  url: string,
  { max = 10, name = "matinee", patience }:
    & { max?: number }
    & Partial<Pick<ConnectionOptions, "name" | "patience">> = {},
): Pool {
  const place = { url, name, max, patience };
  const lender = createLender(place);
  const listener = createListener({ url, name });
  return {
    get url() {
      return place.url;
    },
    moveTo(url) {
      place.url = url;
    },
    rows: (query, params) => lender.use((connection) => session(connection, 0).rows(query, params)),
    row: (query, params) => lender.use((connection) => session(connection, 0).row(query, params)),
    execute: (query, params) => lender.use((connection) => session(connection, 0).execute(query, params)),
    script: (text) => lender.use((connection) => session(connection, 0).script(text)),
    copyIn: (query, bytes) => lender.use((connection) => session(connection, 0).copyIn(query, bytes)),
    copyOut: (query, settings) => reading(lender, (tx) => tx.copyOut(query, settings)),
    chunks: <Row extends object>(query: string, params: readonly Param[], size: number) =>
      reading(lender, (tx) => tx.chunks<Row>(query, params, size)),
    transaction: (body) => lender.use((connection) => transaction(connection, 0, body)),
    tryLock: (name) => tryLock(lender, name),
    listen: listener.listen,
    async end() {
      await Promise.all([lender.end(), listener.end()]);
    },
  };
}

/** What `body` yields, in a transaction of its own that reads only. */
async function* reading<T>(lender: Lender, body: (tx: Db) => AsyncIterable<T>): AsyncGenerator<T> {
  const connection = await lender.lend();
  try {
    await session(connection, 0).script("begin read only");
    yield* body(session(connection, 1));
  } finally {
    await undoWith(connection, "rollback");
    lender.giveBack(connection);
  }
}

async function tryLock(lender: Lender, name: string): Promise<Lock | null> {
  const connection = await lender.lend();
  const ask = (sql: postgres.Sql) => sql`select pg_try_advisory_lock(hashtext(${name})) as is_locked`;
  const [row] = await connection.send(ask).catch((error) => {
    lender.giveBack(connection);
    throw error;
  });
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await undoWith(connection, "select pg_advisory_unlock_all()");
    lender.giveBack(connection);
  };
  if (row.is_locked) return { whenLost: connection.whenLost, [Symbol.asyncDispose]: release };
  lender.giveBack(connection);
  return null;
}

/** Notifications come on a connection of their own, made at the first `listen` and remade when lost. */
function createListener(options: ConnectionOptions): Pick<Pool, "listen" | "end"> {
  let sql: postgres.Sql | undefined;
  return {
    async listen(channel, heard) {
      sql ??= driver(options);
      const { unlisten } = await sql.listen(channel, heard);
      return { [Symbol.asyncDispose]: unlisten };
    },
    async end() {
      await sql?.end({ timeout: 0 });
    },
  };
}
