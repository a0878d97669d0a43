/**
 * Runs that somebody asked for over the database (`ops_db.run_requests`): the HTTP server, or a person in psql.
 *
 * A request without stages is for the day that is due; one with stages makes a partial run of its own; one to promote
 * or roll back changes the champion and publishes it.
 */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import { dueRun } from "../due.ts";
import { ManifestErrors, UsageError } from "../errors.ts";
import { describeError } from "../run/failure.ts";
import type { Params, PipelineRunner } from "./runner.ts";
import type { Ended } from "./work.ts";

/** NOTIFY on this channel follows each new request. */
export const REQUESTS = "matinee_requests";

type RunRequest = Row<"ops_db.run_requests">;

export interface RequestDesk {
  db: Db;
  runner: Pick<PipelineRunner, "day" | "part" | "champion">;
  now: () => Date;
  /** The label of now. */
  today: () => string;
  signal: AbortSignal;
}

/** Works on every request, oldest first; ends early when another process is at work, or `signal` is aborted. */
export async function workOffRequests(desk: RequestDesk): Promise<void> {
  const { db, now, signal } = desk;
  while (!signal.aborted) {
    const request = await db.row<RunRequest>("ops/open_request");
    if (request === undefined) return;
    const update = (status: string, { runId = null, error = null, at = null }: Partial<Update> = {}) =>
      db.execute("ops/update_request", [request.request_id, status, runId, error, at]);
    await update("running");
    const { status, runId, reason = null } = await attempt(request, desk);
    if (status === "busy" || status === "interrupted") {
      await update("queued", { error: reason });
      return;
    }
    const end = status === "succeeded" ? "done" : status;
    await update(end, { runId, error: reason, at: now() });
  }
}

interface Update {
  runId: number | null;
  error: string | null;
  at: Date | null;
}

type Answer = Omit<Ended, "status"> & { status: Ended["status"] | "refused" };

/** What cannot be begun is refused, with words for who asked. */
async function attempt(request: RunRequest, { db, runner, today }: RequestDesk): Promise<Answer> {
  const { request_id, stages, action, subject, requested_by: by, reason } = request;
  const day = today();
  const params = request.params as Params;
  try {
    if (action === "promote" || action === "rollback") {
      return await runner.champion({ action, subject: subject ?? "", by, reason }, day);
    }
    if (stages !== null) return await runner.part({ slot: `request ${request_id}`, day, stages, params });
    const isResumed = request.status === "running";
    if (!isResumed && await dueRun(db, { today: day, next: false }) === null) {
      const reason = `Cannot run ${day} as it is done: ask for stages, or for the next day tomorrow`;
      return { status: "refused", runId: null, day, reason };
    }
    return await runner.day(day, params);
  } catch (error) {
    const isTheirs = error instanceof UsageError || error instanceof ManifestErrors;
    return { status: isTheirs ? "refused" : "failed", runId: null, day, reason: describeError(error) };
  }
}
