/**
 * COPY, both ways, on one connection.
 *
 * The driver settles a COPY's query when it hands the stream over, and then has nowhere to put the server's last
 * word: an error after the last byte would be lost and the stream would wait for ever. So the query's two
 * settling functions are replaced: the first answer is the stream, the second the outcome.
 */
import { Readable, Writable } from "node:stream";
import type postgres from "@db/postgres";
import type { Connection } from "./_connection.ts";

/** What the driver's query has besides its public type. */
interface DriverQuery {
  resolve(value: unknown): void;
  reject(error: Error): void;
  execute(): void;
  state: { pid: number };
}

interface Copy {
  stream: unknown;
  /** The session that copies. */
  pid: number;
  /** Settles when the server has answered for the whole COPY. */
  outcome: Promise<void>;
}

/** Sends `text`; resolves when the server is ready to copy. */
async function begin(sql: postgres.Sql, text: string): Promise<Copy> {
  const query = sql.unsafe(text) as unknown as DriverQuery;
  const opened = Promise.withResolvers<unknown>();
  const outcome = Promise.withResolvers<void>();
  outcome.promise.catch(() => {});
  let isOpened = false;
  query.resolve = (value) => {
    if (isOpened) outcome.resolve();
    isOpened = true;
    opened.resolve(value);
  };
  query.reject = (error) => {
    opened.reject(error);
    outcome.reject(error);
  };
  query.execute();
  return { stream: await opened.promise, pid: query.state.pid, outcome: outcome.promise };
}

/** Feeds `bytes` to `COPY … FROM STDIN`; returns when the server has taken them, throws what it says. */
export function copyIn(
  connection: Connection,
  text: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  return connection.occupy(async (sql) => {
    const { stream, outcome } = await begin(sql, text);
    if (!(stream instanceof Writable)) {
      throw new TypeError(`Cannot copy in as this is no COPY … FROM STDIN: ${text}`);
    }
    let isOver = false;
    let wake = () => {};
    outcome.catch(() => {}).then(() => {
      isOver = true;
      wake();
    });
    stream.on("error", () => {}).on("drain", () => wake());
    try {
      for await (const chunk of bytes) {
        if (isOver) break;
        if (!stream.write(chunk)) await new Promise<void>((resolve) => wake = resolve);
      }
    } catch (cause) {
      // The server rolls the COPY back when it hears why.
      stream.destroy(cause instanceof Error ? cause : new Error(String(cause)));
      await outcome.catch(() => {});
      throw cause;
    }
    if (!isOver) stream.end();
    await outcome;
  });
}

/** Bytes gathered before they are handed on, where the driver delivers each row by itself. */
const CHUNK = 256 * 1024;

/** The bytes of `COPY … TO STDOUT`, in chunks that may cut a row. Leaving the loop early cancels the COPY. */
export async function* copyOut(connection: Connection, text: string): AsyncGenerator<Uint8Array> {
  const begun = Promise.withResolvers<Copy>();
  const over = connection.occupy(async (sql) => {
    const copy = await begin(sql, text);
    begun.resolve(copy);
    await copy.outcome;
  });
  over.catch(begun.reject);
  const { stream, pid } = await begun.promise;
  if (!(stream instanceof Readable)) {
    throw new TypeError(`Cannot copy out as this is no COPY … TO STDOUT: ${text}`);
  }
  const { tap } = connection;
  let isRead = false;
  try {
    if (tap) {
      stream.on("error", () => {}).resume(); // it has no rows, but an end
      yield* tap.rows();
    } else yield* chunks(stream);
    isRead = true;
  } finally {
    if (!isRead) {
      // Cancelled before the rest is read, which is then what was under way: the server cannot be far ahead.
      stream.on("error", () => {}).removeAllListeners("data").pause();
      await connection.cancel(pid).catch(() => {});
      tap?.discard();
      stream.resume();
      await over.catch(() => {});
    }
    // The driver pauses its socket when the stream is full, and resumes it when the stream is read. A stream that was
    // full as it ended is not read again: without this, the next statement's answer would never be seen.
    stream._read(0);
  }
  await over;
}

async function* chunks(stream: Readable): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let isEnded = false;
  let failure: Error | undefined;
  let wake = () => {};
  stream.on("data", (part: Uint8Array) => {
    parts.push(part);
    size += part.length;
    if (size < CHUNK) return;
    stream.pause();
    wake();
  });
  stream.on("end", () => (isEnded = true, wake()));
  stream.on("error", (error) => (failure = error, wake()));
  for (;;) {
    if (size < CHUNK && !isEnded && !failure) await new Promise<void>((resolve) => wake = resolve);
    if (failure) throw failure;
    if (size > 0) {
      const chunk = Buffer.concat(parts, size);
      parts = [];
      size = 0;
      stream.resume();
      yield chunk;
    } else if (isEnded) return;
  }
}
