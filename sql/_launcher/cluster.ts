/** The data directory ("cluster" in PostgreSQL's words) and the password of its superuser. */
import { join } from "node:path";
import { MAJOR } from "./binaries.ts";
import { run } from "./command.ts";
import { DatabaseError } from "./error.ts";
import { give, type Place } from "./place.ts";

export const USER = "matinee";

/** Makes the data directory, unless it is there: aside, then renamed, so that a killed attempt leaves none. */
export async function makeCluster(
  place: Place,
  binaries: string,
  log: (line: string) => void,
): Promise<void> {
  const version = await Deno.readTextFile(join(place.data, "PG_VERSION")).catch(() => null);
  if (version !== null) {
    await password(place); // before a start, which would leave a server that nobody can enter
    return checkMajor(place, version);
  }
  log(`making a database in ${place.data}`);
  const aside = `${place.data}.partial`;
  await Deno.remove(aside, { recursive: true }).catch(() => {});
  await Deno.mkdir(aside, { mode: 0o700 });
  await give(aside, place.owner);
  await initialize(place, binaries, aside);
  await Deno.writeTextFile(join(aside, "postgresql.conf"), "\ninclude 'matinee.conf'\n", { append: true });
  await Deno.rename(aside, place.data);
}

async function initialize(place: Place, binaries: string, data: string): Promise<void> {
  const passwordFile = join(place.root, "database.initial");
  await Deno.writeTextFile(passwordFile, await password(place), { mode: 0o600 });
  await give(passwordFile, place.owner);
  const outcome = await run([
    join(binaries, "bin", "initdb"),
    ...["-D", data, "-U", USER, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--no-instructions"],
    // Built into PostgreSQL: sorting and cases are the same on every machine.
    ...["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  ], { owner: place.owner, libraries: join(binaries, "lib") });
  await Deno.remove(passwordFile);
  if (!outcome.success) {
    throw new DatabaseError(`Cannot make a database in "${place.data}". initdb said:\n${outcome.complaint}`);
  }
}

function checkMajor({ data }: Place, version: string): void {
  if (Number(version) === MAJOR) return;
  throw new DatabaseError(
    `Cannot open the database in "${data}" as this Matinee brings PostgreSQL ${MAJOR}: found data of version ` +
      `${version.trim()}. Next: move the folder away, or set DATABASE_URL to a server of that version.`,
  );
}

/**
 * The superuser's password: random, made with the database, readable only by whoever started Matinee.
 *
 * @throws {DatabaseError} when the database is there and its password is not: the home was deleted, the data elsewhere
 * were not.
 */
export async function password({ home, data }: Place): Promise<string> {
  const path = join(home, "database.password");
  const known = await Deno.readTextFile(path).catch(() => "");
  if (known) return known;
  if (await Deno.stat(join(data, "PG_VERSION")).then(() => true, () => false)) {
    throw new DatabaseError(
      `Cannot open the database in "${data}" as its password is gone: found no "${path}". ` +
        "Next: put that file back, or delete the database's folder to start anew.",
    );
  }
  const fresh = crypto.randomUUID().replaceAll("-", "");
  await Deno.writeTextFile(`${path}.partial`, fresh, { mode: 0o600 });
  await Deno.rename(`${path}.partial`, path);
  return fresh;
}
