/**
 * The one door to PostgreSQL: named query files in, typed rows out.
 *
 * A query is a file under `sql/queries/`, one statement each, named by its path without `.sql`
 * (`"lake/count_ratings"`). COPY takes no parameters, so COPY files read settings instead:
 * `current_setting('matinee.batch_id')` stands for the setting `batch_id`.
 */
import postgres from "@db/postgres";

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

/** The pool: a `Db` that can also hold a session lock, listen, and end. */
export interface Pool extends Db {
  readonly url: string;
  /** Session-level advisory lock on `name`; null when somebody else holds it. Dispose to release. */
  tryLock(name: string): Promise<AsyncDisposable | null>;
  /** Calls `heard` for each NOTIFY on `channel`, from when the promise resolves until disposed. */
  listen(channel: string, heard: (payload: string) => void): Promise<AsyncDisposable>;
  end(): Promise<void>;
}

const texts = new Map<string, string>();

function queryText(query: string): string {
  let text = texts.get(query);
  if (text === undefined) {
    text = Deno.readTextFileSync(new URL(`./queries/${query}.sql`, import.meta.url));
    texts.set(query, text);
  }
  return text;
}

type Session = postgres.Sql | postgres.TransactionSql;

/** Connects to `url`; `name` is what others see in `pg_stat_activity`. Nothing is sent before the first query. */
export function connect(url: string, { max = 10, name = "matinee" }: { max?: number; name?: string } = {}): Pool {
  const sql = postgres(url, {
    max,
    connection: { application_name: name },
    onnotice: () => {},
    // int8 arrives as number (ids stay far below 2^53), date as YYYY-MM-DD.
    types: {
      int8: { to: 20, from: [20], serialize: String, parse: Number },
      date: { to: 1082, from: [1082], serialize: String, parse: String },
    },
  });
  return {
    ...database(sql),
    url,
    transaction: <T>(body: (tx: Db) => Promise<T>) =>
      sql.begin((session) => body(database(session))) as Promise<T>,
    tryLock: (name) => tryLock(sql, name),
    listen: async (channel, heard) => {
      const { unlisten } = await sql.listen(channel, heard);
      return { [Symbol.asyncDispose]: unlisten };
    },
    end: () => sql.end({ timeout: 5 }),
  };
}

function database(session: Session): Db {
  const run = (query: string, params: readonly Param[] = []) =>
    session.unsafe(queryText(query), params as postgres.ParameterOrJSON<never>[], { prepare: true });
  return {
    rows: async <Row extends object>(query: string, params?: readonly Param[]) =>
      [...await run(query, params)] as unknown as Row[],
    row: async <Row extends object>(query: string, params?: readonly Param[]) =>
      (await run(query, params))[0] as Row | undefined,
    execute: async (query, params) => (await run(query, params)).count,
    chunks: <Row extends object>(query: string, params: readonly Param[], size: number) =>
      run(query, params).cursor(size) as AsyncIterable<Row[]>,
    copyIn: (query, bytes) => copyIn(session, queryText(query), bytes),
    copyOut: (query, settings = {}) => copyOut(session, queryText(query), settings),
    script: async (text) => {
      await session.unsafe(text).simple();
    },
    transaction: <T>(body: (tx: Db) => Promise<T>) =>
      (session as postgres.TransactionSql).savepoint((inner) => body(database(inner))) as Promise<T>,
  };
}

async function copyIn(
  session: Session,
  text: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
) {
  const sink = await session.unsafe(text).writable();
  const finished = new Promise<void>((resolve, reject) => {
    sink.once("error", reject);
    sink.once("finish", resolve);
  });
  finished.catch(() => {});
  try {
    for await (const chunk of bytes) {
      if (sink.write(chunk)) continue;
      const drained = new Promise<void>((resolve) => sink.once("drain", resolve));
      await Promise.race([drained, finished]);
    }
  } catch (cause) {
    sink.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    throw cause;
  }
  sink.end();
  await finished;
}

async function* copyOut(
  session: Session,
  text: string,
  settings: Readonly<Record<string, string | number>>,
): AsyncGenerator<Uint8Array> {
  if (!("savepoint" in session)) {
    // Settings last as long as a transaction: reserve one connection and open one on it.
    const reserved = await session.reserve();
    try {
      await reserved.unsafe("begin read only");
      yield* copyRows(reserved, text, settings);
    } finally {
      await reserved.unsafe("rollback");
      reserved.release();
    }
    return;
  }
  yield* copyRows(session, text, settings);
}

async function* copyRows(
  session: Session,
  text: string,
  settings: Readonly<Record<string, string | number>>,
): AsyncGenerator<Uint8Array> {
  for (const [name, value] of Object.entries(settings)) {
    await session.unsafe("select set_config($1, $2, true)", [`matinee.${name}`, String(value)]);
  }
  for await (const chunk of await session.unsafe(text).readable()) yield chunk as Uint8Array;
}

async function tryLock(sql: postgres.Sql, name: string): Promise<AsyncDisposable | null> {
  const session = await sql.reserve();
  const [row] = await session`select pg_try_advisory_lock(hashtext(${name})) as locked`;
  if (!row.locked) {
    session.release();
    return null;
  }
  return {
    async [Symbol.asyncDispose]() {
      await session`select pg_advisory_unlock(hashtext(${name}))`;
      session.release();
    },
  };
}
