/** `deno task status [RUN]`: what is in, what is live, what ran; or all of one run. */
import type { Db } from "../../../../sql/db.ts";
import type { DatabaseHandle } from "../../../../sql/launcher.ts";
import { type Command, printJson } from "../command.ts";
import { EXIT, ManifestErrors, UsageError } from "../../errors.ts";
import { findRun } from "../../history/find_run.ts";
import { loadPipeline } from "../load.ts";
import { readRunDetail, runDetailText } from "../../history/run_status.ts";
import { countLines, readScheduleCounts, readScheduler, type ScheduleCounts } from "../../schedule/counts.ts";
import { Session } from "../../session.ts";
import { readStatus, statusText } from "../../history/status.ts";

export const statusCommand: Command = {
  help: {
    usage: "deno task status [RUN] [--runs N] [--verify] [--json]",
    summary: "Shows the archive (raw = lake + rejects + pending), the champion and the runs.\n" +
      "With RUN, its number, its day (2026-03-01) or latest: its attempts, errors, outputs and manifest.",
    options: {
      runs: { value: "N", help: "how many runs are listed (default: 30)" },
      verify: { help: "count and hash every row, also in a large archive" },
      json: { help: "print one JSON document" },
    },
    words: { min: 0, max: 1 },
  },

  async run({ words: [name], values, switches }, world) {
    const limit = limitOf(values.runs);
    await using session = await Session.open("status", world.say);
    const { db, database, home } = session;
    if (name !== undefined) {
      const run = await readRunDetail(db, await findRun(db, name));
      if (switches.has("json")) printJson(world, run);
      else world.out(runDetailText(run));
      return EXIT.done;
    }
    const status = await readStatus(db, { limit, verify: switches.has("verify") || undefined });
    const place = { url: database.url, home: home.path };
    const { schedules, lines } = await readSchedules(db, values.manifest, world.now());
    if (switches.has("json")) printJson(world, { ...status, ...place, schedules });
    else {world.out(
        statusText(status, { home: home.path, url: shownUrl(database) + uptimeOf(database), lines }),
      );}
    return EXIT.done;
  },
};

/** What the manifest's schedules have come to; a broken manifest must not keep the rest from being seen. */
async function readSchedules(
  db: Db,
  manifest: string | undefined,
  now: Date,
): Promise<{ schedules: ScheduleCounts[] | null; lines: string[] }> {
  try {
    const { manifest: { schedules } } = await loadPipeline(manifest);
    const counts = await readScheduleCounts(db, { schedules, now });
    return { schedules: counts, lines: countLines(counts, await readScheduler(db)) };
  } catch (error) {
    if (!(error instanceof ManifestErrors)) throw error;
    return { schedules: null, lines: ["Schedule   the manifest has errors (next: deno task plan)"] };
  }
}

function limitOf(text = "30"): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= 1 && n <= 10_000) return n;
  throw new UsageError(`Cannot list "${text}" runs: wanted a number from 1 to 10000`);
}

/** A password of the operator's own is not for every screen; the embedded server's is no secret from its user. */
function shownUrl({ url, place }: DatabaseHandle): string {
  if (place !== "DATABASE_URL") return url;
  const shown = new URL(url);
  if (shown.password) shown.password = "…";
  return decodeURIComponent(shown.href);
}

/** The last command to leave stops an embedded server: who copies its address should know. */
function uptimeOf({ place }: DatabaseHandle): string {
  return place === "DATABASE_URL" ? "" : " (up while serve or another command runs)";
}
