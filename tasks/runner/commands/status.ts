/** `deno task status`: what is in, what is live, what ran. */
import { type Command, printJson } from "../command.ts";
import { EXIT } from "../errors.ts";
import type { DatabaseHandle } from "../../../sql/launcher.ts";
import { Session } from "../session.ts";
import { readStatus, statusText } from "../status.ts";

export const statusCommand: Command = {
  help: {
    usage: "deno task status [--json]",
    summary: "Shows the archive (raw = lake + rejects + pending), the champion and the runs.",
    options: { json: { help: "print one JSON document" } },
  },

  async run({ switches }, world) {
    await using session = await Session.open("status", world.say);
    const status = await readStatus(session.db);
    const place = { url: session.database.url, home: session.home.path };
    if (switches.has("json")) printJson(world, { ...status, ...place });
    else world.out(statusText(status, { ...place, url: `${place.url}${uptimeOf(session.database)}` }));
    return EXIT.done;
  },
};

/** The last command to leave stops an embedded server: who copies its address should know. */
function uptimeOf({ place }: DatabaseHandle): string {
  return place === "DATABASE_URL" ? "" : " (up while serve or another command runs)";
}
