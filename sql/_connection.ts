/**
 * One connection, one statement at a time.
 *
 * The driver's own pool is not used. Its connections reconnect by themselves, so that a statement of a transaction
 * whose connection was lost would run outside of it; it sends statements into an open COPY; and a statement sent
 * after a loss crashes the process. Here a lost connection stays lost, and says so.
 */
import postgres from "@db/postgres";
import { RowTap } from "./_row_tap.ts";

export interface Connection {
  /** True once the server has gone away; every further statement is refused. */
  readonly isLost: boolean;
  /** Resolves when the server has gone away, or has ended the session. */
  readonly whenLost: Promise<void>;
  /** Runs `work` after all that was asked for before. */
  send<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>;
  /** As `send`, and refuses other statements until `work` is done: they would wait for a COPY that waits for them. */
  occupy<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>;
  /** Where the rows of a COPY OUT come out; none where the connection is encrypted, or has a choice of servers. */
  readonly tap: RowTap | undefined;
  /** Cancels what session `pid` runs now: a COPY of this connection. */
  cancel(pid: number): Promise<void>;
  end(): Promise<void>;
}

/** The server went away, or ended the session: what was open on it is undone, and another connection may do better. */
class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** Refused, reset, closed by the driver; the server goes down, has crashed, or is starting; the class of its losses. */
const LOSS =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|CONNECTION_CLOSED|CONNECTION_DESTROYED|CONNECT_TIMEOUT|57P0[123]|08...)$/;

/** Whether `error` says that the database was not there, rather than what it thinks of a statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  if (error instanceof Deno.errors.BrokenPipe) return false; // a child process that reads no more
  return error instanceof Error && "code" in error && LOSS.test(String(error.code));
}

export interface ConnectionOptions {
  url: string;
  /** What others see in `pg_stat_activity`. */
  name: string;
  /** Milliseconds after which PostgreSQL cuts a statement off, and the driver an attempt to connect; absent: never. */
  patience?: number;
}

/** Makes a connection; it connects with the first statement. */
export function createConnection(options: ConnectionOptions): Connection {
  let lost: Error | undefined;
  /** Fails the statement that runs; the driver forgets the one that was sent just before a loss. */
  let abandon: (reason: Error) => void = () => {};
  let isClosed = false;
  let isOccupied = false;
  let last: Promise<unknown> = Promise.resolve();
  const loss = Promise.withResolvers<void>();
  let tap: RowTap | undefined;
  const sql = driver(options, {
    lost() {
      isClosed = true;
      lost ??= new ConnectionLost("The connection to PostgreSQL was lost");
      abandon(lost);
      loss.resolve();
    },
    tapped: (made) => tap = made,
  });

  function send<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    if (isOccupied) {
      return Promise.reject(new Error("Cannot run a statement beside an open COPY of its session"));
    }
    const turn = last.then(() =>
      new Promise<T>((resolve, reject) => {
        if (lost) throw lost;
        abandon = reject;
        work(sql).then(resolve, reject);
      })
    );
    last = turn.catch(() => {});
    return turn;
  }

  return {
    get isLost() {
      return lost !== undefined;
    },
    whenLost: loss.promise,
    get tap() {
      return tap;
    },
    send,
    occupy(work) {
      const turn = send(work).finally(() => isOccupied = false);
      isOccupied = true;
      return turn;
    },
    async cancel(pid) {
      const other = driver(options);
      await other`select pg_cancel_backend(${pid})`.finally(() => other.end());
    },
    async end() {
      lost ??= new Error("The connection to PostgreSQL has been ended");
      // What was lost has nothing open, but the driver would wait for its last statement.
      if (!isClosed) await sql.end({ timeout: 5 });
    },
  };
}

/** int2[], int4[], int8[], float4[], float8[]: the driver's own reader is slow, and takes null for NaN. */
const NUMBER_ARRAYS = {
  to: 1007,
  from: [1005, 1007, 1016, 1021, 1022],
  serialize: (values: string | readonly (string | number | null)[]) =>
    typeof values === "string" ? values : `{${values.map((value) => value ?? "null").join(",")}}`,
  parse: (text: string) =>
    text === "{}" ? [] : text.slice(1, -1).split(",").map((value) => value === "NULL" ? null : Number(value)),
};

interface DriverHooks {
  lost?: () => void;
  /** Asks for a tap, and gets it as soon as the connection is made, where there can be one. */
  tapped?: (tap: RowTap) => void;
}

/** The driver on one connection of its own. */
export function driver(
  { url, name, patience }: ConnectionOptions,
  { lost = () => {}, tapped }: DriverHooks = {},
): postgres.Sql {
  const options = {
    max: 1,
    max_lifetime: null,
    connection: { application_name: name, ...(patience && { statement_timeout: patience }) },
    ...(patience && { connect_timeout: patience / 1000 }),
    onnotice: () => {},
    onclose: lost,
    // int8 arrives as number (ids stay far below 2^53), date as YYYY-MM-DD.
    types: {
      numbers: NUMBER_ARRAYS,
      int8: { to: 20, from: [20], serialize: String, parse: Number },
      date: { to: 1082, from: [1082], serialize: String, parse: String },
    },
  };
  // Nothing is sent before the first statement, so the driver may be made to see how it understands the URL.
  const plain = postgres(url, options);
  const { ssl, host, port, path } = plain.options;
  if (tapped === undefined || ssl || host.length > 1) return plain;
  const socket = () => {
    const tap = new RowTap(path ? { path } : { host: host[0], port: port[0] });
    tapped(tap);
    return tap.socket;
  };
  // The driver's types lack its option `socket`.
  return postgres(url, Object.assign(options, { socket }));
}
