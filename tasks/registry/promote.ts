/** `deno task models promote VERSION`: a person makes a version the champion, whatever the gate said of it. */
import type { Db } from "../../sql/db.ts";
import { type Command, printJson, type World } from "../runner/cli/command.ts";
import type { Options } from "../runner/cli/options.ts";
import { EXIT } from "../runner/errors.ts";
import { Session } from "../runner/session.ts";
import type { VersionRow } from "../_versions.ts";
import { type Coronation, crown, operator } from "./crown.ts";
import { findVersion } from "./find_version.ts";
import { type Publishing, publishNow } from "./publish_now.ts";
import { keptSnapshot, republish } from "./republish.ts";

/** Options of the two commands that change the champion. */
export const CROWNING = {
  reason: { value: "TEXT", help: "why, for the history of promotions" },
  later: { help: "leave it to the next publication to serve it" },
  json: { help: "print one JSON document" },
};

export const promote: Command = {
  help: {
    usage: "deno task models promote VERSION [--reason TEXT] [--later] [--json]",
    summary: "Makes VERSION the champion and publishes it by the publish stage of the newest run.",
    options: CROWNING,
    words: { min: 1, max: 1 },
  },

  async run(options, world) {
    await using session = await Session.open("models", world.say);
    await session.lockRuns();
    const row = await findVersion(session.db, options.words[0]);
    return await change(session, row, { options, world, kind: "promote" });
  },
};

/**
 * Makes `row` the champion; where the last snapshot that it was served from is still there, the server gets that one
 * again. Null: it has to be published anew.
 */
async function crownAtOnce(
  session: Session,
  row: VersionRow,
  { coronation, later }: { coronation: Parameters<typeof crown>[2]; later: boolean },
): Promise<Publishing | null> {
  const kept = later ? null : await keptSnapshot(session, row.version);
  let finish: (() => Promise<void>) | null = null;
  const also = async (tx: Db) => {
    if (kept) finish = await republish(tx, session, kept);
  };
  await crown(session, row, { ...coronation, also });
  if (kept === null) return null;
  await finish!();
  const said =
    `Published: the server has it now, as of batch ${kept.batch_id}, and adds what is newer itself.`;
  return { isDone: true, hasFailed: false, said };
}

export interface Change {
  kind: Coronation["kind"];
  /** Who decides. */
  by: string;
  reason?: string;
  /** Leaves it to the next publication to serve it. */
  later?: boolean;
  /** The manifest's file. */
  manifest?: string;
}

export interface Changed extends Publishing {
  /** Whether it was not the champion before. */
  isNew: boolean;
  /** Null: it was the champion already, or there was none. */
  predecessor: string | null;
}

/** Makes `row` the champion and publishes it; that it is the champion already is no error. Hold the run lock. */
export async function changeChampion(
  session: Session,
  row: VersionRow,
  { world, kind, by, reason = "no reason was given", later = false, manifest }: Change & { world: World },
): Promise<Changed> {
  const champion = await session.db.row<VersionRow>("registry/champion");
  if (champion?.version === row.version) {
    const said = "Nothing has changed.";
    return { isNew: false, predecessor: null, isDone: false, hasFailed: false, said };
  }
  const coronation = { champion, kind, by, reason };
  const published = await crownAtOnce(session, row, { coronation, later }) ??
    await publishNow(session, world, { manifest, later });
  return { isNew: true, predecessor: champion?.version ?? null, ...published };
}

/** As a person at the keyboard asks for it: changes the champion, and tells. */
export async function change(
  session: Session,
  row: VersionRow,
  { options: { values, switches }, world, kind }: {
    options: Options;
    world: World;
    kind: Coronation["kind"];
  },
): Promise<number> {
  const { reason, manifest } = values;
  const asked = { world, kind, by: operator(), reason, manifest, later: switches.has("later") };
  const { version } = row;
  const { isNew, predecessor, isDone, hasFailed, said } = await changeChampion(session, row, asked);
  if (switches.has("json")) {
    printJson(world, { version, is_new: isNew, predecessor, is_published: isDone });
  } else {
    const before = predecessor === null ? "" : `, after ${predecessor}`;
    world.out(
      `${row.model} ${version} is ${isNew ? `the champion${before}` : "the champion already"}. ${said}\n`,
    );
  }
  return hasFailed ? EXIT.failed : EXIT.done;
}
