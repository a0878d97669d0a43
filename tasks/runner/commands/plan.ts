/** `deno task plan`: what the next run does, stage by stage, and why; it changes nothing. */
import { archiveSources } from "../../import/archive.ts";
import { type Command, printJson } from "../command.ts";
import { dayAfter, type DueDay, dueRun, todayOf } from "../due.ts";
import { EXIT, ManifestErrors } from "../errors.ts";
import { latestRun } from "../journal.ts";
import { loadPipeline } from "../load.ts";
import { formatManifestErrors } from "../manifest_error.ts";
import { plan } from "../plan.ts";
import { Session } from "../session.ts";
import { readPlanState } from "../state.ts";
import { tableLines } from "../table.ts";

export const planCommand: Command = {
  help: {
    usage: "deno task plan [--next] [--from STAGE | --only STAGE] [--json]",
    summary: "Shows what the next run will do: run, skip or if, each stage with its reason.",
    options: {
      next: { help: "plan the day that `deno task daily --next` takes" },
      from: { value: "STAGE", help: "plan the newest run again from this stage on" },
      only: { value: "STAGE", help: "plan this stage of the newest run alone" },
      json: { help: "print one JSON document" },
    },
  },

  async run({ values, switches }, world) {
    const pipeline = await loadPipeline(values.manifest);
    const { tasks, text } = pipeline;
    await using session = await Session.open("plan", world.say);
    const { from, only } = values;
    const target = await targetOf(session, {
      today: todayOf(pipeline.manifest, world.now()),
      next: switches.has("next"),
      newest: from !== undefined || only !== undefined,
    });
    const sources = await archiveSources(session.db);
    const importsFirst = sources.every(({ imported_at }) => imported_at === null);
    const manifest = pipeline.manifestOn?.(target.day) ?? pipeline.manifest;
    const state = { ...await readPlanState(session.db, target, manifest), importsFirst };
    const { stages, errors } = plan(manifest, tasks, state, { from, only });
    if (errors !== undefined) throw new ManifestErrors(formatManifestErrors(errors, text));
    const { day, kind } = target;
    if (switches.has("json")) {
      printJson(world, {
        day,
        kind,
        resumes: target.unfinished?.status ?? null,
        imports: importsFirst,
        stages,
      });
    } else {
      const rows = stages.map(({ as, action, reason }) => [as, action, reason]);
      const before = importsFirst ? ["The archive is empty: daily imports ratings first."] : [];
      const title = `Run of ${day} (${kind})`;
      world.out([...before, title, ...tableLines(["stage", "action", "reason"], rows)].join("\n") + "\n");
    }
    return EXIT.done;
  },
};

/** The run that `daily` with the same flags would work on; when nothing is due, the newest, which is done. */
async function targetOf(
  { db }: Session,
  { today, next, newest }: { today: string; next: boolean; newest: boolean },
): Promise<DueDay> {
  const latest = await latestRun(db);
  const newestRun = latest && { day: latest.day, kind: latest.kind, unfinished: latest };
  const due = newest && newestRun ? newestRun : await dueRun(db, { today, next });
  return due ?? newestRun ?? { day: dayAfter(today), kind: "daily" };
}
