/** `deno task models show VERSION`: all that the registry has of one version. */
import { modelCard } from "../_model_card.ts";
import { readVersionRecord, type VersionRecord } from "../_version_record.ts";
import { type Command, printJson } from "../runner/cli/command.ts";
import { count } from "../runner/cli/log.ts";
import { EXIT } from "../runner/errors.ts";
import { Session } from "../runner/session.ts";
import { figuresOf, shortly } from "./figures.ts";
import { findVersion } from "./find_version.ts";

export const show: Command = {
  help: {
    usage: "deno task models show VERSION [--card] [--json]",
    summary: "Shows a version: `champion`, or its hash, of which the first four digits do.",
    options: {
      card: { help: "print its model card, in Markdown" },
      json: { help: "print one JSON document" },
    },
    words: { min: 1, max: 1 },
  },

  async run({ words: [name], switches }, world) {
    await using session = await Session.open("models", world.say);
    const { version } = await findVersion(session.db, name);
    const record = await readVersionRecord(session.db, version);
    if (switches.has("json")) {
      const { row, ...rest } = record;
      printJson(world, { ...row, ...rest, ...(switches.has("card") ? { card: modelCard(record) } : {}) });
    } else world.out(switches.has("card") ? modelCard(record) : text(record));
    return EXIT.done;
  },
};

function text({ row, judged, verdict, promotions }: VersionRecord): string {
  const { version, model, status, mode, parent, day, seed, config } = row;
  const figures = figuresOf(row).map(([name, value]) => `${name} ${shortly(value)}`).join(", ");
  const lines: [string, string][] = [
    ["version", `${version} (${model}, ${status}${row.pruned_at === null ? "" : ", pruned"})`],
    [
      "trained",
      `${
        mode === "warm" ? `warm from ${parent}` : "from scratch"
      }, run ${row.run_id} of ${day}, seed ${seed}`,
    ],
    [
      "learned from",
      `batches ${row.from_batch} to ${row.through_batch}, ${count(row.n_ratings)} ratings in all` +
      (row.rated_through === null ? "" : `, the newest of ${row.rated_through.toISOString().slice(0, 10)}`),
    ],
    ["manifest", row.manifest_hash ?? "unknown"],
    ["config", JSON.stringify(config.config ?? {})],
    ["measured", judged === null ? "not yet" : `${figures} (run ${judged.runId})`],
    ["verdict", verdict === null ? "none yet" : `${verdict.judgement.verdict}: ${verdict.judgement.reason}`],
    ...promotions.map(({ promoted_at, kind, decided_by, reason }): [string, string] => [
      "champion",
      `${promoted_at.toISOString().slice(0, 16).replace("T", " ")} by ${kind}, ${decided_by}: ${reason}`,
    ]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n") + "\n";
}
