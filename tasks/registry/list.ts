/** `deno task models list`: every version, newest first. */
import { type Command, printJson } from "../runner/cli/command.ts";
import { count } from "../runner/cli/log.ts";
import { tableLines } from "../runner/cli/table.ts";
import { EXIT } from "../runner/errors.ts";
import { Session } from "../runner/session.ts";
import { type ListedVersion, listVersions } from "./find_version.ts";
import { figure, shortly } from "./figures.ts";

export const list: Command = {
  help: {
    usage: "deno task models list [--json]",
    summary: "Lists the model versions, newest first, with their figures on the hold-out that judged them.",
    options: { json: { help: "print one JSON document" } },
  },

  async run({ switches }, world) {
    await using session = await Session.open("models", world.say);
    const versions = await listVersions(session.db);
    if (switches.has("json")) printJson(world, versions);
    else if (versions.length === 0) world.out("No version was trained yet. Next: deno task daily\n");
    else world.out(tableLines(HEADER, versions.map(lineOf)).join("\n") + "\n");
    return EXIT.done;
  },
};

const HEADER = [
  "version",
  "model",
  "mode",
  "status",
  "trained",
  "batches",
  "ratings",
  "RMSE",
  "nDCG@10",
  "champion since",
];

function lineOf(row: ListedVersion) {
  const { version, model, mode, status, day, from_batch, through_batch, n_ratings, promoted_at } = row;
  return [
    version,
    model,
    mode,
    row.pruned_at === null ? status : `${status}, pruned`,
    day,
    `${from_batch}–${through_batch}`,
    count(n_ratings),
    shortly(figure(row, "rmse")),
    shortly(figure(row, "ndcg@10")),
    promoted_at === null || status !== "champion"
      ? ""
      : promoted_at.toISOString().slice(0, 16).replace("T", " "),
  ];
}
