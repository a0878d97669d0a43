/** `deno task models prune`: removes the files of versions that nothing needs any more; their rows stay. */
import { join } from "node:path";
import type { Db } from "../../sql/db.ts";
import { exportsOf } from "../_exports.ts";
import { servingOf } from "../_serving.ts";
import { type Command, printJson } from "../runner/cli/command.ts";
import { count } from "../runner/cli/log.ts";
import { tableLines } from "../runner/cli/table.ts";
import { EXIT, UsageError } from "../runner/errors.ts";
import { Session } from "../runner/session.ts";
import { type ListedVersion, listVersions } from "./find_version.ts";

/** Versions that stay for their age alone. */
const KEPT = 10;

export const prune: Command = {
  help: {
    usage: "deno task models prune [--keep N] [--dry-run] [--json]",
    summary:
      "Removes artifact and exports of versions that nothing needs: not the champion, the one before it, a\n" +
      "waiting candidate, a served snapshot, its variants and shadow, the gate, nor the newest N. What is known of\n" +
      "a version stays.",
    options: {
      keep: { value: "N", help: `how many of the newest stay, needed or not (default: ${KEPT})` },
      "dry-run": { help: "say what would go, and change nothing" },
      json: { help: "print one JSON document" },
    },
  },

  async run({ values, switches }, world) {
    const keep = numberOf(values.keep);
    const isDry = switches.has("dry-run");
    await using session = await Session.open("models", world.say);
    if (!isDry) await session.lockRuns();
    const { kept, gone } = await sortOut(session, keep);
    const freed = gone.map(async (row) => isDry ? await sizeOf(session, row) : await remove(session, row));
    const bytes = (await Promise.all(freed)).reduce((sum, size) => sum + size, 0);
    if (switches.has("json")) {
      printJson(world, { kept, pruned: gone.map(({ version }) => version), bytes, is_dry_run: isDry });
    } else world.out(textOf({ kept, gone, bytes, isDry }));
    return EXIT.done;
  },
};

interface Kept {
  version: string;
  reason: string;
}

/** Versions whose files are there, by what becomes of them. */
async function sortOut(
  { db, home: { artifacts } }: Session,
  keep: number,
): Promise<{ kept: Kept[]; gone: ListedVersion[] }> {
  const present = (await listVersions(db)).filter(({ pruned_at }) => pruned_at === null);
  const needed = [...await db.rows<Kept>("registry/needed_versions"), ...await servedBeside(db, artifacts)];
  const kept: Kept[] = [];
  const gone = present.filter(({ version }, place) => {
    const reason = needed.find((row) => row.version === version)?.reason ??
      (place < keep ? `it is one of the newest ${keep}` : undefined);
    if (reason !== undefined) kept.push({ version, reason });
    return reason === undefined;
  });
  return { kept, gone };
}

/** Variants and the shadow of what is served: the server opens their artifacts whenever it starts. */
async function servedBeside(db: Db, artifacts: string): Promise<Kept[]> {
  const row = await db.row<{ snapshot: string }>("publish/newest_snapshot");
  if (row === undefined) return [];
  const serving = await servingOf(artifacts, row.snapshot);
  // What cannot be opened serves nobody, and the next publication replaces it.
  if (serving === null) return [];
  const { variants, shadow } = serving;
  return [
    ...variants.map(({ name, version }) => ({ version, reason: `it is variant ${name}` })),
    ...shadow ? [{ version: shadow.version, reason: "it is the shadow" }] : [],
  ];
}

/** Notes that the files go, and only then removes them: a row never names a file that is not there. */
async function remove(session: Session, row: ListedVersion): Promise<number> {
  const bytes = await sizeOf(session, row);
  await session.db.execute("registry/mark_pruned", [row.version]);
  for (const path of placesOf(session, row)) {
    await Deno.remove(path, { recursive: true }).catch(unlessGone);
  }
  return bytes;
}

async function sizeOf(session: Session, row: ListedVersion): Promise<number> {
  const { size } = await Deno.stat(placesOf(session, row)[0]).catch(unlessGone) ?? { size: 0 };
  return size;
}

function placesOf({ home }: Session, { artifact, version }: ListedVersion): string[] {
  return [join(home.artifacts, artifact), exportsOf(home.artifacts, version)];
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function numberOf(text = String(KEPT)): number {
  const n = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(n)) return n;
  throw new UsageError(`Cannot keep "${text}" versions: wanted a number from 0`);
}

function textOf(
  { kept, gone, bytes, isDry }: { kept: Kept[]; gone: ListedVersion[]; bytes: number; isDry: boolean },
): string {
  const rows = [
    ...gone.map(({ version, status }) => [version, isDry ? "would go" : "gone", status]),
    ...kept.map(({ version, reason }) => [version, "stays", reason]),
  ];
  const what = gone.length === 1 ? "1 version" : `${gone.length} versions`;
  const said = isDry ? `would be pruned, ${count(bytes)} bytes` : `pruned, ${count(bytes)} bytes freed`;
  return `${
    rows.length > 0 ? tableLines(["version", "", "why"], rows).join("\n") + "\n\n" : ""
  }${what} ${said}.\n`;
}
