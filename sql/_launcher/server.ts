/**
 * One PostgreSQL server on one data directory: made, found, started, stopped.
 *
 * `pg_ctl` starts it in a session of its own, so that neither Ctrl-C in the starter's terminal nor the starter's
 * death reaches it. Whoever calls `start` or `stop` holds the start lock.
 */
import { join } from "node:path";
import { connect } from "../db.ts";
import { installBinaries, MAJOR } from "./binaries.ts";
import { type Outcome, run } from "./command.ts";
import { DatabaseError } from "./error.ts";
import type { Owner, Place } from "./place.ts";
import { writeSettings } from "./settings.ts";

const USER = "matinee";
type Log = (line: string) => void;

/** Seconds during which a start is tried again: after a crash, the old server's memory blocks it for about 2. */
const START_PATIENCE = 10;
/** Seconds that a server may take to recover or to stop. */
const CHANGE_PATIENCE = 600;

interface Answer {
  url: string;
  hasDatabase: boolean;
}

/** The URL of the server on `place`, if one answers there. */
export async function runningUrl(place: Place): Promise<string | null> {
  return (await ask(place))?.url ?? null;
}

/** Starts the server on `place`, made first if it is not there; returns its URL. */
export async function start(place: Place, log: Log): Promise<string> {
  const running = await ask(place);
  if (running?.hasDatabase) return running.url;
  const binaries = await installBinaries(place.root, log);
  await makeCluster(place, binaries, log);
  const began = performance.now();
  for (;;) {
    const answer = await ask(place);
    if (answer) {
      if (!answer.hasDatabase) await createDatabase(answer.url);
      return answer.url;
    }
    const isAlive = await tryStart(place, binaries);
    const patience = isAlive ? CHANGE_PATIENCE : START_PATIENCE;
    if (performance.now() - began > patience * 1000) throw await startError(place);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One attempt. A server that is starting, recovering or stopping is left alone until it is there or gone. */
async function tryStart(place: Place, binaries: string): Promise<boolean> {
  if ((await pgCtl(place, binaries, ["status"])).success) return true;
  await Deno.mkdir(place.socket, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(place.log, "", { append: true });
  for (const path of [place.socket, place.log]) if (place.owner) await give(path, place.owner);
  await writeSettings(place);
  const args = ["start", "-l", place.log, "-w", "-t", String(CHANGE_PATIENCE)];
  return (await pgCtl(place, binaries, args)).success;
}

/** Stops the server on `place`: sessions are ended, the data are flushed. */
export async function stop(place: Place): Promise<void> {
  const binaries = await installBinaries(place.root, () => {});
  await pgCtl(place, binaries, ["stop", "-m", "fast", "-w", "-t", String(CHANGE_PATIENCE)]);
}

function pgCtl({ data, owner }: Place, binaries: string, [verb, ...options]: string[]): Promise<Outcome> {
  const args = [join(binaries, "bin", "pg_ctl"), verb, "-D", data, ...options];
  return run(args, { owner, libraries: join(binaries, "lib") });
}

/** Makes the data directory, unless it is there: aside, then renamed, so that a killed attempt leaves none. */
async function makeCluster(place: Place, binaries: string, log: Log): Promise<void> {
  const version = await Deno.readTextFile(join(place.data, "PG_VERSION")).catch(() => null);
  if (version !== null) {
    if (Number(version) === MAJOR) return;
    throw new DatabaseError(
      `Cannot open the database in "${place.data}" as this Matinee brings PostgreSQL ${MAJOR}: found data of ` +
        `version ${version.trim()}. Next: move the folder away, or set DATABASE_URL to a server of that version.`,
    );
  }
  log(`making a database in ${place.data}`);
  const aside = `${place.data}.partial`;
  await Deno.remove(aside, { recursive: true }).catch(() => {});
  await Deno.mkdir(aside, { mode: 0o700 });
  const passwordFile = join(place.root, "database.initial");
  await Deno.writeTextFile(passwordFile, await password(place.home), { mode: 0o600 });
  for (const path of [aside, passwordFile]) if (place.owner) await give(path, place.owner);
  const args = [
    "-D",
    aside,
    "-U",
    USER,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
  ];
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const outcome = await run([join(binaries, "bin", "initdb"), ...args, ...locale, "--no-instructions"], {
    owner: place.owner,
    libraries: join(binaries, "lib"),
  });
  await Deno.remove(passwordFile);
  if (!outcome.success) {
    throw new DatabaseError(`Cannot make a database in "${place.data}". initdb said:\n${outcome.complaint}`);
  }
  await Deno.writeTextFile(join(aside, "postgresql.conf"), "\ninclude 'matinee.conf'\n", { append: true });
  await Deno.rename(aside, place.data);
}

async function give(path: string, { uid, gid }: Owner): Promise<void> {
  await Deno.chown(path, uid, gid);
}

/** The superuser's password: random, made at first use, readable by whoever started Matinee only. */
async function password(home: string): Promise<string> {
  const path = join(home, "database.password");
  const known = await Deno.readTextFile(path).catch(() => "");
  if (known) return known;
  const fresh = crypto.randomUUID().replaceAll("-", "");
  await Deno.writeTextFile(`${path}.partial`, fresh, { mode: 0o600 });
  await Deno.rename(`${path}.partial`, path);
  return fresh;
}

/** Asks the server that `postmaster.pid` names; null when nobody listens there, or somebody else. */
async function ask(place: Place): Promise<Answer | null> {
  // Lines: pid, data directory, start time, port, socket directory, address, memory key, status.
  const lines = (await Deno.readTextFile(join(place.data, "postmaster.pid")).catch(() => "")).split("\n");
  if (lines[7]?.trim() !== "ready") return null;
  const server = `postgres://${USER}:${await password(place.home)}@127.0.0.1:${lines[3]}`;
  const pool = connect(`${server}/postgres`, { max: 1 });
  try {
    const row = await pool.row<{ data_directory: string; has_database: boolean }>("launcher/describe_server");
    if (!row || await Deno.realPath(row.data_directory) !== await Deno.realPath(place.data)) return null;
    return { url: `${server}/matinee`, hasDatabase: row.has_database };
  } catch {
    return null;
  } finally {
    await pool.end();
  }
}

async function createDatabase(url: string): Promise<void> {
  const pool = connect(new URL("/postgres", url).href, { max: 1 });
  try {
    await pool.execute("launcher/create_database");
  } finally {
    await pool.end();
  }
}

async function startError({ data, log }: Place): Promise<DatabaseError> {
  const lines = (await Deno.readTextFile(log).catch(() => "")).trimEnd().split("\n");
  return new DatabaseError(
    `Cannot start PostgreSQL on "${data}". The end of ${log}:\n${lines.slice(-8).join("\n")}`,
  );
}
