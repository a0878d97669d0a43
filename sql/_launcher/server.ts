/**
 * One PostgreSQL server on one data directory: found, started, stopped.
 *
 * `pg_ctl` starts it in a session of its own, so that neither Ctrl-C in the starter's terminal nor the starter's
 * death reaches it. Whoever calls `start` or `stop` holds the start lock.
 */
import { join } from "node:path";
import { connect } from "../db.ts";
import { installBinaries } from "./binaries.ts";
import { makeCluster, password, USER } from "./cluster.ts";
import { run } from "./command.ts";
import { DatabaseError } from "./error.ts";
import { makeFolders, type Place } from "./place.ts";
import { writeSettings } from "./settings.ts";

/** Seconds during which a start is tried again: a killed server's sessions end when they notice, most within 2. */
const START_PATIENCE = 60;
/** Seconds that a server may take to recover, or to stop. */
const CHANGE_PATIENCE = 600;
/** Seconds that a server which says that it is ready may take to answer. */
const ANSWER_PATIENCE = 15;

interface Answer {
  url: string;
  hasDatabase: boolean;
}

/** What `postmaster.pid` says. */
interface Announcement {
  pid: string;
  port: string;
  /** starting, ready, stopping or standby. */
  status: string;
}

/** The URL of the server on `place`, if one answers there. */
export async function runningUrl(place: Place): Promise<string | null> {
  return (await ask(place))?.url ?? null;
}

/** Starts the server on `place`, made first if it is not there; returns its URL. */
export async function start(place: Place, log: (line: string) => void): Promise<string> {
  const running = await ask(place);
  if (running?.hasDatabase) return running.url;
  await makeFolders(place);
  const binaries = await installBinaries(place.root, log);
  await makeCluster(place, binaries, log);
  const began = performance.now();
  for (;;) {
    const answer = await ask(place);
    if (answer) {
      if (!answer.hasDatabase) await createDatabase(answer.url);
      return answer.url;
    }
    // One that is starting, recovering or stopping is left alone until it is there or gone.
    const alive = await announcement(place);
    const complaint = alive ? null : await tryStart(place, binaries);
    const patience = !alive ? START_PATIENCE : alive.status === "ready" ? ANSWER_PATIENCE : CHANGE_PATIENCE;
    const isHopeless = complaint !== null && !PASSES.test(complaint);
    if (isHopeless || performance.now() - began > patience * 1000) throw startError(place, complaint, alive);
    await delay(50);
  }
}

/** Stops the server on `place`: ends its sessions, flushes the data, and returns when it is gone. */
export async function stop(place: Place): Promise<void> {
  const server = await announcement(place);
  if (!server) return;
  // SIGINT is PostgreSQL's "fast" shutdown. The shell's own kill, as Deno's needs the right to run everything.
  await run(["sh", "-c", 'kill -INT "$0"', server.pid], { owner: place.owner });
  const began = performance.now();
  while ((await announcement(place))?.pid === server.pid) {
    if (performance.now() - began > CHANGE_PATIENCE * 1000) {
      throw new DatabaseError(
        `Cannot stop PostgreSQL (process ${server.pid}): it still runs. See ${place.log}`,
      );
    }
    await delay(20);
  }
}

/** What the server's process file says, if that process is alive and of the server's user. */
async function announcement({ data, owner }: Place): Promise<Announcement | null> {
  // Lines: pid, data directory, start time, port, socket folder, address, memory key, status.
  const lines = (await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => "")).split("\n");
  const [pid, port, status] = [lines[0], lines[3] ?? "", lines[7]?.trim() ?? "starting"];
  if (!/^\d+$/.test(pid)) return null;
  return (await run(["sh", "-c", 'kill -0 "$0"', pid], { owner })).success ? { pid, port, status } : null;
}

/** Connects to the server on `place`; null when none is ready there. */
async function ask(place: Place): Promise<Answer | null> {
  const server = await announcement(place);
  if (server?.status !== "ready") return null;
  const base = `postgres://${USER}:${await password(place)}@127.0.0.1:${server.port}`;
  const pool = connect(`${base}/postgres`, { max: 1 });
  try {
    const row = await pool.row<{ data_directory: string; has_database: boolean }>("launcher/describe_server");
    if (!row || await Deno.realPath(row.data_directory) !== await Deno.realPath(place.data)) return null;
    return { url: `${base}/matinee`, hasDatabase: row.has_database };
  } catch (error) {
    if (isNobody(error)) return null;
    throw error;
  } finally {
    await pool.end();
  }
}

/** Nobody listens, somebody else does (other passwords), or the server is on its way up or down. */
const NOBODY = /^(ECONN.*|CONNECT.*|EPIPE|28000|28P01|57P0[123])$/;

function isNobody(error: unknown): boolean {
  return error instanceof Error && "code" in error && NOBODY.test(String(error.code));
}

/** What hinders a start for seconds only: an old server's last sessions, another starter, a port just taken. */
const PASSES = /shared memory block|lock file|Address already in use/;

/** One attempt at a start; returns what went wrong: what the server logged. */
async function tryStart(place: Place, binaries: string): Promise<string | null> {
  const { data, log, owner } = place;
  await writeSettings(place);
  const { size } = await Deno.stat(log);
  const outcome = await run(
    [join(binaries, "bin", "pg_ctl"), "start", "-D", data, "-l", log, "-w", "-t", String(CHANGE_PATIENCE)],
    { owner, libraries: join(binaries, "lib") },
  );
  if (outcome.success) return null;
  return new TextDecoder().decode((await Deno.readFile(log)).subarray(size)).trim() || outcome.complaint;
}

async function createDatabase(url: string): Promise<void> {
  const pool = connect(new URL("/postgres", url).href, { max: 1 });
  await pool.execute("launcher/create_database").finally(() => pool.end());
}

function startError(
  { data, log }: Place,
  complaint: string | null,
  alive: Announcement | null,
): DatabaseError {
  if (!alive) return new DatabaseError(`Cannot start PostgreSQL on "${data}". It said:\n${complaint}`);
  return new DatabaseError(
    `Cannot reach PostgreSQL on "${data}" as process ${alive.pid}, which its process file names, does not answer: ` +
      `found it ${alive.status}. Next: look at ${log}; if the process is another program, a crash left the file ` +
      `"${join(data, "postmaster.pid")}" behind, and deleting it helps.`,
  );
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
