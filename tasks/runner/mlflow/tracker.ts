/**
 * Takes what the ledger has to MLflow at the end of a run: the run, the versions it touched, the champion's alias.
 *
 * The ledger is the truth and MLflow a copy. What could not be sent (the server was down, time was up) goes with a
 * later run; nothing is sent twice as something new, and nothing here can fail or hold up a day.
 */
import type { Db } from "../../../sql/db.ts";
import { describeError } from "../run/failure.ts";
import type { Run } from "../run/journal.ts";
import { createClient, type MlflowLimits, MlflowRefusal, type MlflowSettings } from "./client.ts";
import { sendRun } from "./day_run.ts";
import { mlflowSettings } from "./settings.ts";
import type { Place } from "./tracked_run.ts";
import { sendVersion, type VersionRow } from "./version_run.ts";

export interface Tracker {
  /** Sends what is new since it was last called. Never throws. */
  track(
    options: { db: Db; pipeline: string; artifacts: string; warn: (message: string) => void },
  ): Promise<void>;
}

/** Milliseconds that one run spends on tracking at most: what is left over goes with the next. */
const BUDGET_MS = 20_000;
/** After a failure nothing is tried for so long: days that are made up in a row do not each wait. */
const PAUSE_MS = 600_000;

/** The tracker that the environment asks for; an address that makes no sense is said at each run's end. */
export function trackerFrom(env: (name: string) => string | undefined): Tracker | null {
  try {
    const settings = mlflowSettings(env);
    return settings && createTracker(settings);
  } catch (error) {
    return { track: ({ warn }) => Promise.resolve(warn(`Nothing goes to MLflow: ${describeError(error)}`)) };
  }
}

export interface TrackerOptions {
  limits?: MlflowLimits;
  budgetMs?: number;
}

export function createTracker(
  settings: MlflowSettings,
  { limits, budgetMs = BUDGET_MS }: TrackerOptions = {},
): Tracker {
  let pausedUntil = -Infinity;
  return {
    async track({ db, pipeline, artifacts, warn }) {
      if (performance.now() < pausedUntil) return;
      const budget = AbortSignal.timeout(budgetMs);
      const client = createClient(settings, { signal: budget, limits });
      const name = `matinee-${pipeline}`.replaceAll(/[^\w.-]/g, "-");
      try {
        const experiment = await experimentOf(client, name);
        const { archive } = (await db.row<{ archive: string }>("mlflow/archive"))!;
        const place = { client, db, server: settings.uri, experiment, archive };
        await sendAll(place, { model: name, artifacts, budget });
      } catch (error) {
        pausedUntil = performance.now() + PAUSE_MS;
        warn(
          `MLflow at ${settings.uri} has not got all of this: ${reasonOf(error, budget)}. ` +
            "A later run sends what is missing",
        );
      }
    },
  };
}

function reasonOf(error: unknown, budget: AbortSignal): string {
  if (budget.aborted) return "there was too much for one run";
  if (error instanceof DOMException && error.name === "TimeoutError") return "it did not answer in time";
  return describeError(error);
}

async function sendAll(
  place: Place,
  { model, artifacts, budget }: { model: string; artifacts: string; budget: AbortSignal },
): Promise<void> {
  const { db, server } = place;
  const parents = new Map<number, string>();
  for (const run of await db.rows<Run>("mlflow/pending_runs", [server])) {
    budget.throwIfAborted();
    parents.set(run.run_id, await sendRun(place, run));
  }
  for (const row of await db.rows<VersionRow>("mlflow/pending_versions", [server])) {
    budget.throwIfAborted();
    const known = await db.row<{ mlflow_run_id: string }>("mlflow/known_run", [server, `run/${row.run_id}`]);
    await sendVersion(place, row, { model, artifacts, parent: known?.mlflow_run_id });
  }
}

async function experimentOf(client: Place["client"], name: string): Promise<string> {
  try {
    const answer = await client.get("experiments/get-by-name", { experiment_name: name });
    const { experiment_id, lifecycle_stage } = answer.experiment as Record<string, string>;
    if (lifecycle_stage === "active") return experiment_id;
    await client.post("experiments/restore", { experiment_id });
    return experiment_id;
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.code !== "RESOURCE_DOES_NOT_EXIST") throw error;
    return String((await client.post("experiments/create", { name })).experiment_id);
  }
}
