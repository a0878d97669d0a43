/** `deno task backfill`: runs the days of a range that are missing, oldest first, each with the next batch. */
import { type BackfillRange, backfillRange, missingDays } from "../../history/backfill.ts";
import { ensureArchive } from "../../archive.ts";
import { type Command, printJson, type World } from "../command.ts";
import { type DueDay, todayOf } from "../../due.ts";
import { EXIT } from "../../errors.ts";
import { execute, type Executed, type Pipeline } from "../../run/execute.ts";
import { latestRun } from "../../run/journal.ts";
import { loadPipeline } from "../load.ts";
import { type Announcer, createAnnouncer } from "../../notify/announcer.ts";
import { readRun, runLines } from "../../history/run_status.ts";
import { Session } from "../../session.ts";
import { readPlanState } from "../../plan/state.ts";

export const backfill: Command = {
  help: {
    usage: "deno task backfill --days N | --from DAY [--to DAY] [--late] [--json]",
    summary:
      "Runs the missing days of a range, oldest first, each with the archive's next batch, until it is exhausted.\n" +
      "Killed, the same command goes on where it stopped.",
    options: {
      days: { value: "N", help: "the N days up to today" },
      from: { value: "DAY", help: "the first day, such as 2026-03-01" },
      to: { value: "DAY", help: "the last day (default: today)" },
      late: { help: "run days as well that are older than the newest finished one" },
      json: { help: "print one JSON document" },
    },
  },

  async run({ values, switches }, world) {
    const pipeline = await loadPipeline(values.manifest);
    const range = backfillRange(values, todayOf(pipeline.manifest, world.now()));
    await using session = await Session.open("backfill", world.say);
    await session.lockRuns();
    const wanted = await missing(session, range, switches.has("late"));
    await ensureArchive(session, { pipeline, world, allowSample: true });
    const { log, now } = world;
    const announcer = createAnnouncer({ session, manifest: () => pipeline.manifest, log, now });
    const executed = await fill(session, pipeline, { wanted, world, announcer });
    await announcer.idle();
    await tell(session, { wanted, executed, world, isJson: switches.has("json") });
    if (world.signal.aborted) return EXIT.interrupted;
    return executed.every(({ status }) => status === "succeeded") ? EXIT.done : EXIT.failed;
  },
};

async function missing({ db }: Session, range: BackfillRange, late: boolean): Promise<string[]> {
  const days = await db.rows<{ day: string }>("ops/finished_days");
  return missingDays(range, { finished: new Set(days.map(({ day }) => day)), late });
}

/** What is unfinished first, then the days one by one; ends early at a run that does not succeed. */
async function fill(
  session: Session,
  pipeline: Pipeline,
  { wanted, world, announcer }: { wanted: readonly string[]; world: World; announcer: Announcer },
): Promise<Executed[]> {
  const { say } = world;
  const executed: Executed[] = [];
  let left = [...wanted];
  while (left.length > 0) {
    const due = await nextRun(session, left[0]);
    if (due.unfinished === undefined && due.kind === "daily" && await isExhausted(session, due)) {
      say(`The archive is exhausted: ${left.length} of ${wanted.length} days are left without ratings.`);
      break;
    }
    say(`${due.unfinished ? "Resuming" : "Run of"} ${due.day} (${due.kind}); ${left.length} days to go.`);
    const result = await announcer.around(due, () => execute(pipeline, due, session.workplace(world)));
    executed.push(result);
    if (result.status !== "succeeded") break;
    if (due.kind === "daily") left = left.filter((day) => day !== due.day);
  }
  return executed;
}

/** An unfinished run comes first whatever its day: batches follow each other. */
async function nextRun({ db }: Session, day: string): Promise<DueDay> {
  const latest = await latestRun(db);
  if (latest === undefined) return { kind: "bootstrap", day };
  if (latest.status === "succeeded") return { kind: "daily", day };
  return { kind: latest.kind, day: latest.day, unfinished: latest };
}

async function isExhausted({ db }: Session, due: DueDay): Promise<boolean> {
  const { waiting } = await readPlanState(db, due);
  return waiting.imported + waiting.live + waiting.unparsable === 0;
}

async function tell(
  { db }: Session,
  { wanted, executed, world, isJson }: {
    wanted: string[];
    executed: Executed[];
    world: World;
    isJson: boolean;
  },
): Promise<void> {
  const done = await Promise.all(executed.map(({ run }) => readRun(db, run)));
  if (isJson) printJson(world, { missing: wanted, runs: done });
  else if (wanted.length === 0) world.out("Nothing to do: every day of the range is done.\n");
  else if (done.length === 0) world.out("Nothing to do: no rating waits.\n");
  else world.out(["", ...runLines(done), "", "Next: deno task status"].join("\n") + "\n");
}
