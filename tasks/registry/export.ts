/** `deno task models export VERSION --to DIR`: a version in files that other tools open. */
import { dirname, join, resolve } from "node:path";
import { type Command, printJson } from "../runner/cli/command.ts";
import { count } from "../runner/cli/log.ts";
import { tableLines } from "../runner/cli/table.ts";
import { EXIT, UsageError } from "../runner/errors.ts";
import { Session } from "../runner/session.ts";
import { openSound } from "./crown.ts";
import { exportFiles } from "./export_files.ts";
import { findVersion } from "./find_version.ts";

export const exportCommand: Command = {
  help: {
    usage: "deno task models export VERSION --to DIR [--json]",
    summary:
      "Writes a version for other tools: .keras, TensorFlow.js, vectors as .npy and Parquet, its card.\n" +
      "What it has no form for (popularity is no network) is left out.",
    options: {
      to: { value: "DIR", help: "a new or empty folder" },
      json: { help: "print one JSON document" },
    },
    words: { min: 1, max: 1 },
  },

  async run({ words: [name], values, switches }, world) {
    const folder = await emptyFolder(values.to);
    await using session = await Session.open("models", world.say);
    const row = await findVersion(session.db, name);
    const version = await openSound(session.home.artifacts, row);
    const written: { path: string; bytes: number; about: string }[] = [];
    await aside(folder, async (place) => {
      for await (const { path, bytes, about } of exportFiles(session, version, world.signal)) {
        await Deno.mkdir(dirname(join(place, path)), { recursive: true });
        await Deno.writeFile(join(place, path), bytes);
        written.push({ path, bytes: bytes.length, about });
      }
      const about = {
        version: row.version,
        model: row.model,
        config: row.config.config ?? {},
        files: written,
      };
      await Deno.writeTextFile(join(place, "about.json"), JSON.stringify(about, null, 2) + "\n");
    });
    if (switches.has("json")) printJson(world, { version: row.version, to: folder, files: written });
    else {
      const rows = written.map(({ path, bytes, about }) => [path, count(bytes), about]);
      const lines = tableLines(["file", "bytes", "what it is"], rows);
      world.out(`${row.model} ${row.version} is in ${folder}.\n\n${lines.join("\n")}\n`);
    }
    return EXIT.done;
  },
};

/** Where the files go. @throws {UsageError} when none is named, or it has something in it. */
async function emptyFolder(given: string | undefined): Promise<string> {
  if (given === undefined) {
    throw new UsageError("Cannot export without a folder. Next: deno task models export VERSION --to DIR");
  }
  const folder = resolve(given);
  try {
    for await (const { name } of Deno.readDir(folder)) {
      throw new UsageError(
        `Cannot export to "${folder}" as it should be empty: found "${name}". Next: name another folder`,
      );
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    if (cause instanceof Deno.errors.NotFound) return folder;
    throw new UsageError(`Cannot export to "${folder}" as it should be a folder. Next: name another one`, {
      cause,
    });
  }
  return folder;
}

/** Has `write` fill a folder beside `folder`, which then takes its place: what is there is whole. */
async function aside(folder: string, write: (place: string) => Promise<void>): Promise<void> {
  const place = `${folder}.${Deno.pid}.tmp`;
  try {
    await Deno.mkdir(place, { recursive: true });
    await write(place);
    await Deno.remove(folder).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.rename(place, folder);
  } catch (error) {
    await Deno.remove(place, { recursive: true }).catch(() => {}); // it may not have come into being
    throw error;
  }
}
