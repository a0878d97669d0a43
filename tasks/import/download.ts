/**
 * MovieLens zips from GroupLens: announced with their size, resumed where they stopped, kept only when whole.
 *
 * Bytes go to `<home>/downloads/<name>.zip.part`; the file gets its name once every member unpacks to its CRC
 * and the ones that a data set needs are there. No connection, or a silent one, is given up after seconds.
 */
import { join } from "node:path";
import { DataError } from "./errors.ts";
import { verifyZip } from "./members.ts";
import { NAMES } from "./movielens.ts";
import type { Progress } from "./source.ts";

/** The editions that GroupLens keeps as `<name>.zip`. */
export const EDITIONS = [
  "ml-latest-small",
  "ml-latest",
  "ml-32m",
  "ml-25m",
  "ml-20m",
  "ml-10m",
  "ml-1m",
  "ml-100k",
] as const;
export type Edition = typeof EDITIONS[number];

const GROUPLENS = "https://files.grouplens.org/datasets/movielens/";
const CONNECT_MS = 5_000;
const STALL_MS = 10_000;

/** Why nothing can be had right now; the sample may stand in. Also a `DataError`, for who asked for these data. */
export class DownloadError extends DataError {}

export interface DownloadOptions {
  /** MATINEE_HOME: keeps `downloads/`. */
  home: string;
  /** Folder URL that the zips lie in. */
  baseUrl?: string;
  fetch?: typeof fetch;
  log?: (line: string) => void;
  progress?: Progress;
  signal?: AbortSignal;
  /** How long to wait for an answer, and for the next bytes. */
  connectMs?: number;
  stallMs?: number;
}

interface Attempt extends DownloadOptions {
  url: string;
  part: string;
}

/**
 * The zip of `edition`: the one downloaded before, else a new one. Returns its path.
 *
 * @throws {DownloadError} when it cannot be had.
 */
export async function downloadZip(edition: Edition, options: DownloadOptions): Promise<string> {
  const folder = join(options.home, "downloads");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${edition}.zip`);
  if (await sizeOf(path) > 0) return path;
  const attempt = {
    ...options,
    url: new URL(`${edition}.zip`, options.baseUrl ?? GROUPLENS).href,
    part: `${path}.part`,
  };
  const wasBegun = await sizeOf(attempt.part) > 0;
  await fetchRest(attempt);
  let problem = await problemOf(attempt);
  if (problem !== null && wasBegun) {
    options.log?.(
      `${attempt.part} is no whole zip (its beginning may be an older file's): again from the start`,
    );
    await Deno.remove(attempt.part);
    await fetchRest(attempt);
    problem = await problemOf(attempt);
  }
  if (problem !== null) {
    await Deno.remove(attempt.part);
    throw new DownloadError(`Cannot use ${attempt.url} as it is no whole data set: ${problem.message}`, {
      cause: problem,
    });
  }
  await Deno.rename(attempt.part, path);
  return path;
}

/** Appends to the part what it lacks. */
async function fetchRest(attempt: Attempt): Promise<void> {
  const { url, signal } = attempt;
  const alarm = new AbortController();
  const silence = createSilence(alarm, new URL(url).host);
  try {
    await transfer(attempt, signal ? AbortSignal.any([alarm.signal, signal]) : alarm.signal, silence);
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = alarm.signal.aborted ? alarm.signal.reason : cause;
    throw new DownloadError(`Cannot download ${url}: ${reason instanceof Error ? reason.message : reason}`, {
      cause,
    });
  } finally {
    silence.end();
  }
}

async function transfer(attempt: Attempt, signal: AbortSignal, silence: Silence): Promise<void> {
  const { url, part, log, progress, connectMs = CONNECT_MS, stallMs = STALL_MS } = attempt;
  const begun = await sizeOf(part);
  silence.startWithin(connectMs, "no answer");
  const response = await (attempt.fetch ?? fetch)(url, {
    headers: begun > 0 ? { range: `bytes=${begun}-` } : {},
    signal,
  }).catch((cause) => {
    throw new Error(`no connection to ${new URL(url).host}`, { cause });
  });
  const { status, body } = response;
  if (status === 416) return await body?.cancel(); // nothing is missing, or the part is too long: the check tells
  if (!response.ok || body === null) {
    await body?.cancel();
    throw new Error(`the server answers ${status} ${response.statusText}`.trim());
  }
  let done = status === 206 ? begun : 0;
  const total = done + Number(response.headers.get("content-length") ?? 0);
  log?.(`Downloading ${url}: ${megabytes(total)}${done > 0 ? `, of which ${megabytes(done)} are here` : ""}`);
  using file = await Deno.open(part, { create: true, write: true, append: done > 0, truncate: done === 0 });
  for await (const bytes of body) {
    silence.startWithin(stallMs, "no more bytes");
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    done += bytes.length;
    progress?.(done, total, "bytes");
  }
  if (done < total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
}

interface Silence {
  /** Aborts when nothing more is heard within `ms`. */
  startWithin(ms: number, what: string): void;
  end(): void;
}

function createSilence(alarm: AbortController, host: string): Silence {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    startWithin(ms, what) {
      clearTimeout(timer);
      timer = setTimeout(() => alarm.abort(new Error(`${what} from ${host} within ${ms / 1000} s`)), ms);
    },
    end: () => clearTimeout(timer),
  };
}

async function problemOf({ part, signal }: Attempt): Promise<DataError | null> {
  try {
    const names = new Set((await verifyZip(part, signal)).map(({ path }) => path.split("/").at(-1)));
    const isWhole = Object.values(NAMES).some(({ ratings, movies }) =>
      names.has(ratings) && names.has(movies)
    );
    return isWhole ? null : new DataError(`it has no ratings and movies: found ${[...names].join(", ")}`);
  } catch (cause) {
    if (cause instanceof DataError) return cause;
    throw cause;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return 0;
    throw cause;
  }
}

function megabytes(bytes: number): string {
  return bytes > 0 ? `${(bytes / 1e6).toFixed(1)} MB` : "size not told";
}
