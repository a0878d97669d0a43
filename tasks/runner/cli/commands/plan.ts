/** `deno task plan`: what the next run does, stage by stage, and why; it changes nothing. */
import type { Db } from "../../../../sql/db.ts";
import { archiveSources } from "../../../import/archive.ts";
import { type Command, printJson } from "../command.ts";
import { diffLines, diffManifests } from "../../plan/diff.ts";
import { dayAfter, type DueDay, dueRun, todayOf } from "../../due.ts";
import { EXIT, ManifestErrors } from "../../errors.ts";
import type { Pipeline } from "../../run/execute.ts";
import { latestRun } from "../../run/journal.ts";
import { lineageOf, lineageRows } from "../../plan/lineage.ts";
import { loadPipeline } from "../load.ts";
import { parseManifest } from "../../manifest/manifest.ts";
import { formatManifestErrors } from "../../manifest/manifest_error.ts";
import { mermaid } from "../../plan/mermaid.ts";
import { plan } from "../../plan/plan.ts";
import type { PlanState } from "../../plan/plan_state.ts";
import { Session } from "../../session.ts";
import { readPlanState } from "../../plan/state.ts";
import { tableLines } from "../table.ts";

export const planCommand: Command = {
  help: {
    usage: "deno task plan [--next] [--from STAGE | --only STAGE] [--lineage] [--diff] [--mermaid | --json]",
    summary: "Shows what the next run will do: run, skip or if, each stage with its reason.",
    options: {
      next: { help: "plan the day that `deno task daily --next` takes" },
      from: { value: "STAGE", help: "plan the newest run again from this stage on" },
      only: { value: "STAGE", help: "plan this stage of the newest run alone" },
      lineage: { help: "show each stage's tables as well, and who wrote them when" },
      diff: { help: "show what the manifest changes since the newest run, and which results that outdates" },
      mermaid: { help: "print a Mermaid flowchart" },
      json: { help: "print one JSON document, with lineage and diff" },
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
    const lineage = lineageOf(manifest, { tasks, state, planned: stages });
    const diff = switches.has("diff") || switches.has("json")
      ? await diffOf(session.db, pipeline, state)
      : null;
    const { day, kind, unfinished } = target;
    const resumes = unfinished?.status ?? null;
    if (switches.has("json")) {
      printJson(world, { day, kind, resumes, imports: importsFirst, stages, lineage, diff });
    } else if (switches.has("mermaid")) {
      world.out(mermaid(manifest.stages, { planned: stages, lineage }));
    } else {
      const rows = stages.map(({ as, action, reason }) => [as, action, reason]);
      const tables = ["", ...tableLines(["stage", "", "table", "of"], lineageRows(lineage))];
      world.out(
        [
          ...importsFirst ? ["The archive is empty: daily imports ratings first."] : [],
          `Run of ${day} (${kind})`,
          ...tableLines(["stage", "action", "reason"], rows),
          ...switches.has("lineage") ? tables : [],
          ...diff ? ["", ...diffLines(diff)] : [],
          ...switches.has("diff") && !diff ? ["", "There is no run yet to compare the manifest with."] : [],
        ].join("\n") + "\n",
      );
    }
    return EXIT.done;
  },
};

/** What the manifest changes since the newest run; null when there is none. */
async function diffOf(db: Db, { text, tasks }: Pipeline, state: PlanState) {
  const run = await latestRun(db);
  if (run === undefined) return null;
  const { run_id, day } = run;
  const read = (text: string) => {
    return parseManifest(text, { file: `run ${run_id}`, tasks, env: (name) => Deno.env.get(name), day });
  };
  const [before, now] = [read(run.manifest), read(text)];
  const since = { run_id, day };
  const [error] = [...before.errors ?? [], ...now.errors ?? []];
  if (before.manifest && now.manifest) {
    return { since, unreadable: null, ...diffManifests(before.manifest, now.manifest, { tasks, state }) };
  }
  return { since, unreadable: `line ${error.line}: ${error.message}`, changes: [], outdated: [] };
}

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
