/** `deno task status [RUN]`: what is in, what is live, what ran; or all of one run. */
import type { DatabaseHandle } from "../../../sql/launcher.ts";
import { type Command, printJson } from "../command.ts";
import { EXIT, UsageError } from "../errors.ts";
import { findRun } from "../find_run.ts";
import { readRunDetail, runDetailText } from "../run_status.ts";
import { Session } from "../session.ts";
import { readStatus, statusText } from "../status.ts";

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
    if (switches.has("json")) printJson(world, { ...status, ...place });
    else world.out(statusText(status, { ...place, url: `${shownUrl(database)}${uptimeOf(database)}` }));
    return EXIT.done;
  },
};

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
