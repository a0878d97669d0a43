/** What `status` says of the schedules: when each is due next, and how often it was late or missed. */
import type { Db } from "../../../sql/db.ts";
import type { Schedule } from "../manifest/manifest.ts";
import { count } from "../cli/log.ts";
import { nextDue } from "./cron.ts";
import { localTime } from "./lines.ts";
import { SCHEDULER_LOCK } from "./presence.ts";

export interface ScheduleCounts {
  schedule: string;
  timezone: string;
  /** ISO time; null: never again. */
  next_due: string | null;
  /** Times it was due since it is watched, and what became of them. */
  n: number;
  open: number;
  done: number;
  failed: number;
  skipped: number;
  missed: number;
  /** Of all these: run although no scheduler ran when they were due. */
  made_up: number;
  /** Of all these: begun, or ready, later than promised. */
  late: number;
  /** Label of the last missed one. */
  last_missed: string | null;
}

/** One entry per schedule of the manifest, in its order. */
export async function readScheduleCounts(
  db: Db,
  { schedules, now }: { schedules: readonly Schedule[]; now: Date },
): Promise<ScheduleCounts[]> {
  const rows = await db.rows<Omit<ScheduleCounts, "timezone" | "next_due">>("ops/schedule_counts");
  const none = {
    n: 0,
    open: 0,
    done: 0,
    failed: 0,
    skipped: 0,
    missed: 0,
    made_up: 0,
    late: 0,
    last_missed: null,
  };
  return schedules.map((schedule) => ({
    ...none,
    ...rows.find((row) => row.schedule === schedule.name),
    schedule: schedule.name,
    timezone: schedule.timezone,
    next_due: nextDue(schedule, now)?.toISOString() ?? null,
  }));
}

/** Who works off the schedules at this moment; null: nobody. */
export async function readScheduler(db: Db): Promise<string | null> {
  return (await db.row<{ holder: string }>("ops/lock_holder", [SCHEDULER_LOCK]))?.holder ?? null;
}

/** The counts as people read them: a line for each schedule. */
export function countLines(counts: readonly ScheduleCounts[], scheduler: string | null): string[] {
  const lines = counts.map(({ schedule, timezone, next_due, n, last_missed, ...of }) => {
    const next = next_due === null
      ? "never due again"
      : `next due ${localTime(new Date(next_due), timezone)} ${timezone}`;
    const tally = (["done", "failed", "late", "made_up", "skipped", "missed"] as const)
      .filter((key) => of[key] > 0)
      .map((key) => `${count(of[key])} ${key.replace("_", " ")}`);
    const missed = last_missed === null ? "" : ` (last ${last_missed})`;
    const past = n === 0 ? [] : [`was due ${count(n)} times: ${tally.join(", ")}${missed}`];
    return `Schedule   ${[`${schedule}: ${next}`, ...past].join("; ")}`;
  });
  return [...lines, `Scheduler  ${scheduler ?? "none is at work (deno task schedule)"}`];
}
