/** `deno task inspect [SOURCE]`: says what an import would take and refuse, before any import and without a database. */
import { connect } from "../../../../sql/db.ts";
import { findDatabase } from "../../../../sql/launcher.ts";
import type { Row } from "../../../../sql/tables.ts";
import { archiveSources } from "../../../import/archive.ts";
import { DataError } from "../../../import/errors.ts";
import { inspectSource } from "../../../import/inspect.ts";
import { mappedSource } from "../../../import/mapped.ts";
import { namedSource } from "../../../import/resolve.ts";
import type { Source } from "../../../import/source.ts";
import { decide } from "../../../import/verdict.ts";
import { pointing } from "../../archive.ts";
import { type Command, printJson, type World } from "../command.ts";
import { EXIT, UsageError } from "../../errors.ts";
import type { Pipeline } from "../../run/execute.ts";
import { type Home, openHome } from "../../home.ts";
import { type ArchiveVerdict, inspectionLines } from "../../inspection.ts";
import { loadPipeline } from "../load.ts";

type SourceRow = Row<"raw_db.sources">;

export const inspect: Command = {
  help: {
    usage: "deno task inspect [SOURCE] [--json]",
    summary:
      "Says what an import of SOURCE would take and what would be refused, line by line, and changes nothing.\n" +
      "SOURCE is what import takes; without it, the manifest's. An archive is asked only if its database runs.",
    options: { json: { help: "print one JSON document" } },
    words: { min: 0, max: 1 },
  },

  async run({ words: [name], values, switches }, world) {
    const pipeline = await loadPipeline(values.manifest);
    const home = openHome();
    const known = await askArchive(home);
    const sources = Array.isArray(known) ? known : [];
    const { progress } = world.log.ofStage("inspect");
    const source = await sourceOf(name ?? pipeline.manifest.source, { pipeline, home, world, sources });
    const found = await pointing(
      pipeline,
      () => inspectSource(source, { now: world.now().getTime(), signal: world.signal, progress }),
    );
    const archive = Array.isArray(known) ? await verdictOf(known, source) : known;
    const freeMemory = Deno.systemMemoryInfo().available;
    if (switches.has("json")) {
      printJson(world, { ...found, fits: found.memory_bytes < freeMemory, archive });
      return EXIT.done;
    }
    const next = archive.action === "nothing" ? "daily" : `import ${name ?? ""}`.trim();
    world.out(
      [...inspectionLines(found, { archive, freeMemory }), "", `Next: deno task ${next}`, ""].join("\n"),
    );
    return EXIT.done;
  },
};

interface SourceOptions {
  pipeline: Pipeline;
  home: Home;
  world: World;
  sources: readonly SourceRow[];
}

async function sourceOf(
  named: Pipeline["manifest"]["source"],
  { pipeline, home, world: { say, signal }, sources }: SourceOptions,
): Promise<Source> {
  if (typeof named !== "string") return mappedSource(named);
  if (named !== "auto") return await namedSource(named, { home: home.path, log: say, signal, sources });
  throw new UsageError(
    `Cannot inspect as neither the command nor "source" in ${pipeline.manifest.file} says what. ` +
      "Next: deno task inspect FOLDER, or deno task inspect --help",
  );
}

/** What the archive holds, if its database runs: nothing is started for this. */
async function askArchive({ path }: Home): Promise<SourceRow[] | ArchiveVerdict> {
  const url = await findDatabase({ home: path, databaseUrl: Deno.env.get("DATABASE_URL") });
  const reason = "its database does not run, so it was not asked";
  if (url === null) return { action: "unknown", reason };
  const db = connect(url, { max: 2, name: "matinee inspect" });
  try {
    return await archiveSources(db);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return {
      action: "unknown",
      reason: `its database gave no answer (${message}); deno task status may mend that`,
    };
  } finally {
    await db.end();
  }
}

async function verdictOf(known: readonly SourceRow[], source: Source): Promise<ArchiveVerdict> {
  try {
    const { action } = await decide(known, source);
    return { action, reason: REASONS[action] };
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    return { action: "refused", reason: cause.message };
  }
}

const REASONS = {
  import: "it is empty: an import would fill it",
  resume: "a part of this is in: an import would go on with it",
  nothing: "all of this is in: an import would do nothing",
  replace: "it holds the made-up sample: an import would put a new archive in its place",
} as const;
