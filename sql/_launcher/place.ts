/**
 * Where the embedded PostgreSQL lives and whom it runs as.
 *
 * PostgreSQL refuses to run as root, so root hands it to an existing unprivileged user. That user must reach
 * binaries, data and every folder above them, which a home under a 0700 folder does not allow: then they lie
 * under /var/lib/matinee. Locks and the password stay in the home, as they belong to whoever starts it.
 */
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { run } from "./command.ts";
import { DatabaseError } from "./error.ts";

/** A user of this machine, by number. */
export interface Owner {
  uid: number;
  gid: number;
}

export interface Place {
  /** Absolute MATINEE_HOME. */
  home: string;
  /** The folder that holds the binaries and the database: the home, unless root forces another. */
  root: string;
  /** PGDATA. */
  data: string;
  log: string;
  /** Folder of the unix socket. */
  socket: string;
  /** The user that PostgreSQL runs as; null: the one that we run as. */
  owner: Owner | null;
}

/** Bytes. Socket paths end at 103 bytes on macOS and 107 on Linux. */
const SOCKET_PATH_LIMIT = 103;
/** Bytes. A longer log is put aside, in place of the one before, at the next start. */
const LOG_LIMIT = 10_000_000;
const SYSTEM_ROOT = "/var/lib/matinee";

/** Decides the place for `home`, which must exist. */
export async function placeFor(home: string): Promise<Place> {
  home = resolve(home);
  const id = createHash("sha256").update(home).digest("hex").slice(0, 12);
  if (Deno.uid() !== 0) return place(home, home, id, null);

  const elsewhere = join(SYSTEM_ROOT, id);
  const existing = await ownerOf(join(home, "database"));
  if (existing) return place(home, home, id, existing);
  const owner = unprivilegedUser(await Deno.readTextFile("/etc/passwd"));
  const isReachable = await reaches(owner, home) && !await exists(join(elsewhere, "database"));
  return place(home, isReachable ? home : elsewhere, id, owner);
}

function place(home: string, root: string, id: string, owner: Owner | null): Place {
  if (/["$`\\\n]/.test(root)) {
    throw new DatabaseError(
      `Cannot keep PostgreSQL in "${root}" as its tools do not take ", $, \` or \\ in a path. ` +
        "Next: set MATINEE_HOME to another folder.",
    );
  }
  const isShort = new TextEncoder().encode(`${root}/socket/.s.PGSQL.65535`).length <= SOCKET_PATH_LIMIT;
  // Never root's in /tmp, where anybody could plant a link that root then follows.
  const short = Deno.uid() === 0 ? join(SYSTEM_ROOT, id, "socket") : `/tmp/matinee-${id}`;
  const socket = isShort ? join(root, "socket") : short;
  return { home, root, data: join(root, "database"), log: join(root, "logs", "postgres.log"), socket, owner };
}

/** Makes the folders of `place`; whatever the umask is, PostgreSQL's user gets into those outside the home. */
export async function makeFolders({ root, log, socket, owner }: Place): Promise<void> {
  await Deno.mkdir(dirname(log), { recursive: true });
  await Deno.mkdir(socket, { recursive: true, mode: 0o700 });
  const { size } = await Deno.stat(log).catch(() => ({ size: 0 }));
  if (size > LOG_LIMIT) await Deno.rename(log, `${log}.1`);
  await Deno.writeTextFile(log, "", { append: true });
  for (const path of [log, socket]) await give(path, owner);
  const ours = [root, dirname(log), dirname(socket)].filter((folder) => folder.startsWith(`${SYSTEM_ROOT}/`));
  for (const folder of ours) for (const path of [SYSTEM_ROOT, folder]) await Deno.chmod(path, 0o755);
}

/** Makes `owner` the owner of `path`; null leaves it ours. */
export async function give(path: string, owner: Owner | null): Promise<void> {
  if (owner) await Deno.chown(path, owner.uid, owner.gid);
}

/** Who owns the data already there, unless that is root (then it is a left-over of nobody's). */
async function ownerOf(data: string): Promise<Owner | null> {
  const { uid, gid } = await Deno.stat(data).catch(() => ({ uid: 0, gid: 0 }));
  return uid ? { uid, gid: gid ?? uid } : null;
}

/** `postgres` where a package made it, else `nobody`; `passwd` is the text of /etc/passwd. */
export function unprivilegedUser(passwd: string): Owner {
  const users = passwd.split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const user = users.find(([name]) => name === wanted);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new DatabaseError(
    'Cannot start PostgreSQL as root as it refuses to run so: found neither user "postgres" nor "nobody" in ' +
      "/etc/passwd. Next: run as an ordinary user, or set DATABASE_URL to a running server.",
  );
}

async function reaches(owner: Owner, folder: string): Promise<boolean> {
  return (await run(["test", "-x", folder], { owner })).success;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
