/** `deno task daily`: imports what there is to import, then runs what is due, and tells how it went. */
import { archiveSources } from "../../../import/archive.ts";
import { type Command, printJson, type World } from "../command.ts";
import { type DueRun, dueRun, todayOf } from "../../due.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { execute, type Executed, type Pipeline } from "../../run/execute.ts";
import { latestRun } from "../../run/journal.ts";
import { loadPipeline } from "../load.ts";
import { type Announcer, createAnnouncer } from "../../notify/announcer.ts";
import type { PlanOptions } from "../../plan/plan.ts";
import {
  metricLines,
  type Metrics,
  readMetrics,
  readStory,
  stageTable,
  storyLines,
} from "../../history/report.ts";
import { Session } from "../../session.ts";
import { readRun } from "../../history/run_status.ts";
import { ensureArchive } from "../../archive.ts";

export const daily: Command = {
  help: {
    usage: "deno task daily [--next] [--from STAGE | --only STAGE] [--json]",
    summary:
      "Runs the day: what is unfinished first, then today. The first run imports the data and bootstraps.",
    options: {
      next: { help: 'take the next day now, although it is not due yet ("tomorrow, now")' },
      from: { value: "STAGE", help: "run the newest run again from this stage on" },
      only: { value: "STAGE", help: "run this stage of the newest run alone" },
      json: { help: "print one JSON document on stdout" },
    },
  },

  async run({ values, switches }, world) {
    const pipeline = await loadPipeline(values.manifest);
    await using session = await Session.open("daily", world.say);
    await session.lockRuns();
    const { log, now } = world;
    const announcer = createAnnouncer({ session, manifest: () => pipeline.manifest, log, now });
    await ensureArchive(session, { pipeline, world, allowSample: true });
    await announcer.record();
    announcer.deliver();
    const executed = values.from || values.only
      ? [await again(session, pipeline, { world, announcer, from: values.from, only: values.only })]
      : await runDue(session, pipeline, { world, announcer, next: switches.has("next") });
    await announcer.idle();
    return await tell(session, { executed, world, json: switches.has("json") });
  },
};

/** Runs until today (or, with `next`, one day more) is done, or a run does not succeed. */
export async function runDue(
  session: Session,
  pipeline: Pipeline,
  { world, announcer, next, today = todayOf(pipeline.manifest, world.now()), params }: {
    world: World;
    announcer: Announcer;
    next: boolean;
    today?: string;
    params?: PlanOptions["params"];
  },
): Promise<Executed[]> {
  const executed: Executed[] = [];
  let early = next;
  for (;;) {
    const due = await dueRun(session.db, { today, next: early });
    if (due === null) return executed;
    announce(world, due);
    const place = { ...session.workplace(world), selection: { params } };
    const result = await announcer.around(due, () => execute(pipeline, due, place));
    if (result.run.run_id === executed.at(-1)?.run.run_id) {
      throw new Error(
        `Cannot go on as run ${result.run.run_id} of ${due.day} does not end: its stages are done`,
      );
    }
    executed.push(result);
    if (result.status !== "succeeded") return executed;
    if (due.kind === "daily" && due.unfinished === undefined) early = false;
  }
}

function announce({ say }: World, { kind, day, unfinished }: DueRun): void {
  const what = kind === "bootstrap" ? "the bootstrap: the first ratings, all at once" : "one day's batch";
  say(unfinished ? `Resuming the ${unfinished.status} run of ${day} (${kind}).` : `Run of ${day}: ${what}.`);
}

/** Works on the newest run once more: from a stage on, or on one stage alone. */
async function again(
  session: Session,
  pipeline: Pipeline,
  { world, announcer, ...selection }: { world: World; announcer: Announcer } & PlanOptions,
): Promise<Executed> {
  const latest = await latestRun(session.db);
  if (latest === undefined) {
    throw new UsageError("Cannot run a stage again as there is no run yet. Next: deno task daily");
  }
  const due = { kind: latest.kind, day: latest.day, unfinished: latest };
  const place = { ...session.workplace(world), selection };
  return await announcer.around(due, () => execute(pipeline, due, place));
}

async function tell(
  { db }: Session,
  { executed, world, json }: { executed: Executed[]; world: World; json: boolean },
): Promise<number> {
  const latest = await latestRun(db);
  if (latest === undefined) return EXIT.done;
  const run = await readRun(db, latest);
  const metrics = await newestMetrics(db, executed.length > 0 ? executed : [{ run: latest }]);
  const { warnings } = world.log;
  if (json) {
    const earlier = await Promise.all(executed.slice(0, -1).map(({ run }) => readRun(db, run)));
    printJson(world, { ...run, nothing_to_do: executed.length === 0, metrics, warnings, earlier });
  } else if (executed.length === 0) {
    world.out(
      `Nothing to do: the run of ${run.day} is done.\nNext: deno task daily --next (tomorrow, now)\n`,
    );
  } else {
    const nameOf = await versionNames(db);
    const isSample = (await archiveSources(db)).some(({ is_sample }) => is_sample);
    const story = run.status === "succeeded" ? await readStory(db) : null;
    world.out(
      [
        `\nRun of ${run.day} (${run.kind}): ${run.status}${isSample ? ", on a made-up sample" : ""}`,
        ...stageTable(run),
        ...metricLines(metrics, nameOf),
        ...(story ? storyLines(story) : []),
        ...(warnings.length > 0 ? ["", ...warnings.map((warning) => `warning: ${warning}`)] : []),
        "",
        ...nextLines(run.status),
      ].join("\n") + "\n",
    );
  }
  return exitCode(executed, world.signal);
}

/** Of each protocol, what the newest of these runs measured: a day without a candidate has no hold-out of its own. */
async function newestMetrics(db: Session["db"], executed: Pick<Executed, "run">[]): Promise<Metrics> {
  const measured = await Promise.all(executed.map(({ run }) => readMetrics(db, run.run_id)));
  return Object.assign({}, ...measured);
}

function nextLines(status: string): string[] {
  if (status !== "succeeded") return ["Next: deno task daily goes on at the stage that did not succeed"];
  return [
    "Next: deno task serve          recommendations at http://127.0.0.1:8000",
    "      deno task daily --next   tomorrow, now",
    "      deno task status         what is in, what is live, what ran",
  ];
}

async function versionNames(db: Session["db"]): Promise<(version: string) => string> {
  const known = await db.rows<{ version: string; model: string; status: string }>("registry/versions");
  return (version) => {
    const row = known.find((row) => row.version === version);
    return row === undefined ? version : `${row.model} ${version} (${row.status})`;
  };
}

function exitCode(executed: Executed[], signal: AbortSignal): number {
  if (signal.aborted) return EXIT.interrupted;
  return executed.every(({ status }) => status === "succeeded") ? EXIT.done : EXIT.failed;
}
