/** A `Db` on one connection: named queries, cursors, COPY and nested transactions. */
import type postgres from "@db/postgres";
import type { Connection } from "./_connection.ts";
import { copyIn, copyOut } from "./_copy.ts";
import type { Db, Param } from "./db.ts";

const texts = new Map<string, string>();

/** The text of `sql/queries/<query>.sql`. */
function queryText(query: string): string {
  let text = texts.get(query);
  if (text === undefined) {
    text = Deno.readTextFileSync(new URL(`./queries/${query}.sql`, import.meta.url));
    texts.set(query, text);
  }
  return text;
}

/** Statements on `connection`, which is in `depth` transactions, one in the other. Cursors and COPY OUT need one. */
export function session(connection: Connection, depth: number): Db {
  const run = (query: string, params?: readonly Param[]) => send(connection, queryText(query), params);
  return {
    rows: async <Row extends object>(query: string, params?: readonly Param[]) =>
      [...await run(query, params)] as unknown as Row[],
    row: async <Row extends object>(query: string, params?: readonly Param[]) =>
      (await run(query, params))[0] as Row | undefined,
    execute: async (query, params) => (await run(query, params)).count,
    script: async (text) => {
      await send(connection, text);
    },
    copyIn: (query, bytes) => copyIn(connection, queryText(query), bytes),
    copyOut: (query, settings = {}) => copyOutWith(connection, queryText(query), settings),
    chunks: <Row extends object>(query: string, params: readonly Param[], size: number) =>
      fetchChunks(connection, queryText(query), { params, size }) as AsyncIterable<Row[]>,
    transaction: (body) => transaction(connection, depth, body),
  };
}

/** Without parameters a text may hold several statements. */
function send(connection: Connection, text: string, params: readonly Param[] = []) {
  return connection.send((sql) =>
    sql.unsafe(text, params as postgres.ParameterOrJSON<never>[], { prepare: params.length > 0 })
  );
}

/** Runs `body` in a transaction, or in a savepoint of the one that the connection is in. */
export async function transaction<T>(
  connection: Connection,
  depth: number,
  body: (tx: Db) => Promise<T>,
): Promise<T> {
  const [begin, commit, undo] = depth === 0
    ? ["begin", "commit", "rollback"]
    : [`savepoint s${depth}`, `release savepoint s${depth}`, `rollback to savepoint s${depth}`];
  await send(connection, begin);
  let isOpen = true;
  const within = limit(connection, () => isOpen);
  try {
    const result = await body(session(within, depth + 1));
    isOpen = false;
    const { command } = await send(connection, commit);
    // What the server says to the commit of a transaction in which a statement failed.
    if (command === "ROLLBACK") {
      throw new Error("Cannot commit as a statement failed, and its error was dropped");
    }
    return result;
  } catch (error) {
    isOpen = false;
    await undoWith(connection, undo);
    throw error;
  }
}

/** The same connection, which refuses statements once the transaction that they were meant for is over. */
function limit(connection: Connection, isOpen: () => boolean): Connection {
  const guard = (method: Connection["send"]): Connection["send"] => (work) =>
    isOpen()
      ? method(work)
      : Promise.reject(new Error("Cannot use a transaction that is over: is an await missing?"));
  return {
    get isLost() {
      return connection.isLost;
    },
    whenLost: connection.whenLost,
    get tap() {
      return connection.tap;
    },
    send: guard(connection.send),
    occupy: guard(connection.occupy),
    cancel: connection.cancel,
    end: connection.end,
  };
}

/** Undoes what is open on the connection, unless its loss has; one that does not obey is given up. */
export async function undoWith(connection: Connection, undo: string): Promise<void> {
  if (!connection.isLost) await send(connection, undo).catch(() => connection.end());
}

/** Settings last as long as the savepoint. Also, leaving a COPY early fails it, and must not fail the transaction. */
async function* copyOutWith(
  connection: Connection,
  text: string,
  settings: Readonly<Record<string, string | number>>,
): AsyncGenerator<Uint8Array> {
  await send(connection, "savepoint copy_out");
  try {
    for (const [name, value] of Object.entries(settings)) {
      await send(connection, "select set_config($1, $2, true)", [`matinee.${name}`, String(value)]);
    }
    yield* copyOut(connection, text);
  } finally {
    await undoWith(connection, "rollback to savepoint copy_out; release savepoint copy_out");
  }
}

let nCursors = 0;

/** A cursor, so that the loop's body may run statements of the same transaction. */
async function* fetchChunks(
  connection: Connection,
  text: string,
  { params, size }: { params: readonly Param[]; size: number },
): AsyncGenerator<unknown[]> {
  const cursor = `rows_${nCursors++}`;
  // All rows will be fetched: a plan that is quick to the first tenth would be the wrong one.
  await send(connection, "set local cursor_tuple_fraction = 1");
  await send(connection, `declare ${cursor} no scroll cursor for ${text}`, params);
  try {
    for (;;) {
      const rows = await send(connection, `fetch ${size} from ${cursor}`);
      if (rows.length > 0) yield [...rows];
      if (rows.length < size) return;
    }
  } finally {
    // In a failed transaction this fails too, and the cursor goes with it.
    if (!connection.isLost) await send(connection, `close ${cursor}`).catch(() => {});
  }
}
