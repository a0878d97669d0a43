/** What operators ask a scheduler for, over the database: runs, and another champion. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { Problem } from "../http/problem.ts";

export interface Asked {
  action: "run" | "promote" | "rollback";
  /** Who asks. */
  by: string;
  /** Stages to run alone; null: the whole day that is due. */
  stages?: readonly string[] | null;
  /** By stage, parameters in the place of the manifest's. */
  params?: Readonly<Record<string, unknown>>;
  /** The version to promote. */
  subject?: string;
  reason?: string;
  /** What to type where nobody listens. */
  command: string;
}

interface Found {
  scheduler: string | null;
  runner: string | null;
  open_request: number | null;
  request_id: number | null;
}

/**
 * Puts the request down; returns its number.
 *
 * @throws {Problem} while no scheduler listens, a run is on, or another request waits.
 */
export async function request(db: Db, asked: Asked): Promise<number> {
  const { action, by, stages = null, params = {}, subject = null, reason = null, command } = asked;
  const found = await db.row<Found>("operate/request", [
    by,
    action,
    stages && JSON.stringify(stages),
    JSON.stringify(params),
    subject,
    reason,
  ]);
  const { request_id, scheduler, runner, open_request } = found!;
  if (request_id !== null) return request_id;
  if (scheduler === null) {
    throw new Problem("no-scheduler", "Cannot ask for this as no scheduler listens.", {
      next: `deno task schedule, and ask again; or ${command}`,
    });
  }
  if (runner !== null) {
    throw new Problem("run-is-on", `Cannot ask for this as "${runner}" is at work on a run.`, {
      next: "GET /runs, and ask again when it has ended",
      headers: { "retry-after": "60" },
    });
  }
  throw new Problem("run-is-on", `Cannot ask for this as request ${open_request} is open.`, {
    next: `GET /runs/requests/${open_request}`,
    headers: { "retry-after": "60" },
  });
}

export type RequestState = Row<"ops_db.run_requests">;

/** How far a request is. @throws {Problem} when there is none of that number. */
export async function requestState(db: Db, id: number): Promise<RequestState> {
  const row = await db.row<RequestState>("operate/request_state", [id]);
  if (row !== undefined) return row;
  throw new Problem("unknown-request", `There is no request ${id}.`);
}
