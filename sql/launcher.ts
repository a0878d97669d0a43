/**
 * The database: an embedded PostgreSQL that Matinee's processes share, or the server that DATABASE_URL names.
 *
 * Each process that opened it holds a shared lock on a file in the home, which the kernel takes back however
 * the process ends. Whoever leaves and can lock that file exclusively was the last, and stops the server, unless
 * other programs (psql, a notebook) are connected. If the last one was killed, the server stays for the next.
 */
import { join } from "node:path";
import { connect } from "./db.ts";
import { DatabaseError } from "./_launcher/error.ts";
import { type Place, placeFor } from "./_launcher/place.ts";
import { runningUrl, start, stop } from "./_launcher/server.ts";

export { DatabaseError };

export interface DatabaseOptions {
  /** MATINEE_HOME: where the embedded server's programs and data live. */
  home: string;
  /** The environment, for DATABASE_URL. */
  env?: { DATABASE_URL?: string };
  /** Before `env`: an existing server's database. */
  databaseUrl?: string;
  /** Told what takes time, and where the data lie when it is not the home. */
  log?: (line: string) => void;
}

export interface DatabaseHandle extends AsyncDisposable {
  readonly url: string;
  /** The data directory, or "DATABASE_URL". */
  readonly place: string;
  /**
   * Returns when the database answers again after it went away: an embedded server is started anew, where it was
   * killed; for another one's return there is a minute. Its URL may be a new one.
   *
   * @throws {DatabaseError} when it stays away.
   */
  revive(): Promise<string>;
  /** Lets go of the database; the last one out stops an embedded server. */
  leave(): Promise<void>;
  /** As `leave`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the database, or joins the running one.
 *
 * @throws {DatabaseError} when it cannot be had; the message says what to do.
 */
export async function openDatabase(options: DatabaseOptions): Promise<DatabaseHandle> {
  const external = externalUrl(options);
  if (external) {
    await checkServer(external);
    const revive = () => awaitServer(external).then(() => external);
    return handle({ url: external, place: "DATABASE_URL", revive, leave: () => Promise.resolve() });
  }
  const log = options.log ?? (() => {});
  await Deno.mkdir(options.home, { recursive: true });
  const place = await placeFor(options.home);
  using _lock = await lockStarts(place);
  if (place.root !== place.home) {
    log(`PostgreSQL's user cannot reach ${place.home}: its data are in ${place.root}`);
  }
  const url = await start(place, log);
  const membership = await openLockFile(place, "members");
  await membership.lock(false);
  return handle({
    url,
    place: place.data,
    async revive() {
      using _lock = await lockStarts(place);
      return await start(place, log);
    },
    leave: () => leave(place, { membership, log }),
  });
}

function handle({ leave, ...parts }: Omit<DatabaseHandle, typeof Symbol.asyncDispose>): DatabaseHandle {
  let left: Promise<void> | undefined;
  const once = () => left ??= leave();
  return { ...parts, leave: once, [Symbol.asyncDispose]: once };
}

/** The URL of the database if it runs, without starting it. */
export async function findDatabase(options: DatabaseOptions): Promise<string | null> {
  const external = externalUrl(options);
  if (external) return external;
  const isMade = await Deno.stat(options.home).then(() => true, () => false);
  return isMade ? await runningUrl(await placeFor(options.home)) : null;
}

function externalUrl({ databaseUrl, env }: DatabaseOptions): string | undefined {
  return databaseUrl || env?.DATABASE_URL || undefined;
}

async function leave(
  place: Place,
  { membership, log }: { membership: Deno.FsFile; log: (line: string) => void },
): Promise<void> {
  using _lock = await lockStarts(place);
  membership.close();
  using members = await openLockFile(place, "members");
  if (!await members.tryLock(true)) return;
  // Only what has just answered is stopped: a crashed server's process number may be another program's by now.
  const url = await runningUrl(place);
  if (!url) return;
  const nVisitors = await countVisitors(url);
  if (nVisitors === 0) await stop(place);
  else log(`PostgreSQL keeps running for ${nVisitors} other session${nVisitors === 1 ? "" : "s"}`);
}

/** Holds other starters and leavers of the same home back until disposed. */
async function lockStarts(place: Place): Promise<Deno.FsFile> {
  const file = await openLockFile(place, "lock");
  await file.lock(true);
  return file;
}

async function openLockFile({ home }: Place, name: string): Promise<Deno.FsFile> {
  const path = join(home, `database.${name}`);
  try {
    return await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.PermissionDenied)) throw cause;
    const message = `Cannot open the database of "${home}" as "${path}" is another user's or not writable. ` +
      "Next: run as the user who made it, or set MATINEE_HOME to another folder.";
    throw new DatabaseError(message, { cause });
  }
}

async function countVisitors(url: string): Promise<number> {
  const pool = connect(url, { max: 1 });
  const row = await pool.row<{ n_visitors: number }>("launcher/count_visitors").finally(() => pool.end());
  return row?.n_visitors ?? 0;
}

const OLDEST = 15;
const NEWEST = 18;

/** Connects once, and refuses a server that Matinee is not tested against. */
async function checkServer(url: string): Promise<void> {
  const { version, encoding } = await describeServer(url);
  const major = Math.floor(version / 10_000);
  if (major < OLDEST || major > NEWEST) {
    throw new DatabaseError(
      `Cannot use the server of DATABASE_URL as Matinee needs PostgreSQL ${OLDEST} to ${NEWEST}: found ${major}. ` +
        "Next: name another server, or unset DATABASE_URL to use the embedded one.",
    );
  }
  if (encoding !== "UTF8") {
    throw new DatabaseError(
      `Cannot use the database of DATABASE_URL as titles need encoding "UTF8": found "${encoding}". ` +
        "Next: create database matinee encoding 'UTF8' template template0.",
    );
  }
}

/** Seconds that a server of somebody else's may take to come back. */
const RETURN_PATIENCE = 60;

async function awaitServer(url: string): Promise<void> {
  const began = performance.now();
  for (;;) {
    try {
      return await checkServer(url);
    } catch (error) {
      if (performance.now() - began > RETURN_PATIENCE * 1000) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function describeServer(url: string): Promise<{ version: number; encoding: string }> {
  const pool = connect(url, { max: 1 });
  try {
    const [row] = await pool.rows<{ version: number; encoding: string }>("launcher/server_version");
    return row;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError(
      `Cannot connect to the server of DATABASE_URL: ${reason}. ` +
        "Next: check that it runs, or unset DATABASE_URL to use the embedded one.",
      { cause },
    );
  } finally {
    await pool.end();
  }
}
