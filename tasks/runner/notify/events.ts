/**
 * What people may want to be told: a run failed, was late, recovered, or found drift.
 *
 * Events follow from the ledger and are recorded with a mark at their origin, in one transaction: whatever process finds
 * an end without its mark records it, so nothing is told twice, and nothing is lost with a process that is killed.
 */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type EventBody, targetName } from "./deliver.ts";

export type EventName = "failed" | "late" | "recovered" | "drift";

type EndedRun = Pick<Row<"ops_db.runs">, "run_id" | "day" | "kind" | "slot" | "status"> & {
  finished_at: Date;
};

export interface NewEvent extends Omit<EventBody, "id" | "pipeline"> {
  event: EventName;
  /** What it is about; of one event and subject, only the first is recorded. */
  subject: string;
}

/** Records an event, with a notification for each target that the manifest names for it. */
export async function recordEvent(
  db: Db,
  manifest: Manifest,
  { subject, ...event }: NewEvent,
): Promise<void> {
  await db.transaction(async (tx) => {
    const body = JSON.stringify({ ...event, pipeline: manifest.name });
    const scope = event.schedule ?? "day";
    const params = [event.event, scope, subject, event.run, body];
    const recorded = await tx.row<{ event_id: number }>("ops/insert_event", params);
    if (recorded === undefined) return;
    const targets = manifest.notify.filter(({ on }) => on.includes(event.event)).map(targetName);
    for (const target of new Set(targets)) {
      await tx.execute("ops/insert_notification", [recorded.event_id, target]);
    }
  });
}

/** Records what ended, or was missed, and has no event yet. */
export async function recordEnds(db: Db, manifest: Manifest, now: Date): Promise<void> {
  for (const run of await db.rows<EndedRun>("ops/untold_runs")) {
    await db.transaction(async (tx) => {
      if (await tx.row("ops/mark_run_told", [run.run_id]) === undefined) return;
      for (const event of await eventsOf(tx, run)) await recordEvent(tx, manifest, event);
    });
  }
  await db.transaction(async (tx) => {
    const unrun = await tx.rows<Unrun>("ops/mark_slots_told");
    for (const found of unrun) await recordEvent(tx, manifest, unrunEvent(found, now));
  });
}

/** What the end of `run` is worth telling. */
async function eventsOf(db: Db, run: EndedRun): Promise<NewEvent[]> {
  const found: NewEvent[] = [];
  const about = aboutRun(run);
  if (run.status === "failed") {
    const [failed] = await db.rows<{ stage: string; error: string | null }>("ops/failed_stages", [
      run.run_id,
    ]);
    const next = run.kind === "partial" ? `deno task status ${run.run_id}` : "deno task daily";
    const cause = {
      stage: failed?.stage ?? null,
      error: failed?.error ?? "its stages could not be run",
      next,
    };
    found.push({ ...about, ...cause, event: "failed", subject: `${about.subject} ${about.at}` });
  } else {
    const last = await db.row<{ event: EventName }>("ops/last_event", [about.schedule ?? "day"]);
    const wasBad = last?.event === "failed" || last?.event === "late";
    if (wasBad) found.push({ ...about, event: "recovered" });
  }
  const breaches = await db.rows<Breach>("ops/breaches", [run.run_id]);
  if (breaches.length > 0) {
    found.push({ ...about, event: "drift", error: breaches.map(breachText).join("; ") });
  }
  return found;
}

type Breach = Pick<Row<"ops_db.metric_history">, "metric" | "slice" | "value" | "threshold">;

function breachText({ metric, slice, value, threshold }: Breach): string {
  const of = slice === "all" ? "" : ` of ${slice}`;
  return `${metric}${of} is ${value.toPrecision(3)}, threshold ${threshold?.toPrecision(3)}`;
}

/** What every event of a run has in common. */
function aboutRun(
  { run_id, day, kind, slot, finished_at }: Omit<EndedRun, "status">,
): Omit<NewEvent, "event"> {
  return {
    subject: `run ${run_id}`,
    day,
    run: run_id,
    kind,
    schedule: slot?.split(" ")[0] ?? null,
    stage: null,
    error: null,
    at: finished_at.toISOString(),
    next: `deno task status ${run_id}`,
  };
}

/** Slots without a run: they were missed, or failed before there was one. */
interface Unrun {
  schedule: string;
  is_part: boolean;
  status: "missed" | "failed";
  n: number;
  first_day: string;
  last_day: string;
  last_due_at: Date;
  reason: string | null;
}

function unrunEvent(found: Unrun, now: Date): NewEvent {
  const { schedule, is_part, status, n, first_day, last_day, last_due_at, reason } = found;
  const times = n === 1 ? `on ${last_day}` : `${n} times from ${first_day} to ${last_day}`;
  return {
    event: "failed",
    subject: `${status} ${schedule} ${last_due_at.toISOString()}`,
    day: last_day,
    run: null,
    kind: is_part ? "partial" : "daily",
    schedule: is_part ? schedule : null,
    stage: null,
    error: `the schedule ${schedule} ${status === "missed" ? "was missed" : "failed"} ${times}: ${reason}`,
    at: now.toISOString(),
    next: is_part ? "deno task schedule" : `deno task backfill --from ${first_day} --to ${last_day}`,
  };
}
