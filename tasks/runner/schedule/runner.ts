/** Runs slots and requests with the real pipeline, each under the run lock. */
import { ensureArchive } from "../archive.ts";
import type { World } from "../cli/command.ts";
import { runDue } from "../cli/commands/daily.ts";
import { UsageError } from "../errors.ts";
import { execute, type Pipeline } from "../run/execute.ts";
import { latestRun, runOfSlot } from "../run/journal.ts";
import { type ChampionRequest, changeChampion } from "./champion.ts";
import type { Announcer } from "../notify/announcer.ts";
import type { PlanOptions } from "../plan/plan.ts";
import type { Session } from "../session.ts";
import type { Ended, Runner } from "./work.ts";

export type Params = PlanOptions["params"];

export interface PipelineRunner extends Runner {
  day(label: string, params?: Params): Promise<Ended>;
  part(part: { slot: string; day: string; stages: readonly string[]; params?: Params }): Promise<Ended>;
  /** Puts another version in the champion's place, and publishes it. */
  champion(request: ChampionRequest, day: string): Promise<Ended>;
  /** Runs on what a process that is gone left unfinished; null when there is nothing of the kind. */
  resume(): Promise<Ended | null>;
}

export interface RunnerOptions {
  session: Session;
  world: World;
  /** The pipeline in force. */
  pipeline: () => Pipeline;
  announcer: Announcer;
}

export function createRunner({ session, world, pipeline, announcer }: RunnerOptions): PipelineRunner {
  /** Holds the run lock for `body`; ended as `busy` where another process does. */
  async function locked<Found>(day: string, body: () => Promise<Found>): Promise<Found | Ended> {
    try {
      await session.lockRuns();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { status: "busy", runId: null, day, reason: error.message };
    }
    try {
      return await body();
    } catch (error) {
      if (world.signal.aborted) return { status: "interrupted", runId: null, day };
      throw error;
    } finally {
      await session.unlockRuns();
    }
  }

  async function runDay(label: string, params?: Params): Promise<Ended> {
    await ensureArchive(session, { pipeline: pipeline(), world, allowSample: false });
    const executed = await runDue(session, pipeline(), {
      world,
      announcer,
      next: false,
      today: label,
      params,
    });
    const last = executed.at(-1);
    if (last === undefined) {
      const latest = await latestRun(session.db);
      return { status: "succeeded", runId: latest?.run_id ?? null, day: latest?.day ?? label };
    }
    return { status: last.status, runId: last.run.run_id, day: last.run.day };
  }

  return {
    day: (label, params) => locked(label, () => runDay(label, params)),
    part: ({ slot, day, stages, params }) =>
      locked(day, async (): Promise<Ended> => {
        const known = await runOfSlot(session.db, slot);
        if (known?.status === "succeeded" || known?.status === "failed") {
          return { status: known.status, runId: known.run_id, day: known.day };
        }
        const due = { kind: "partial", day: known?.day ?? day, slot, unfinished: known } as const;
        const place = { ...session.workplace(world), selection: { stages, params } };
        const { run, status } = await announcer.around(due, () => execute(pipeline(), due, place));
        return { status, runId: run.run_id, day: run.day };
      }),
    champion: (request, day) =>
      locked(day, async (): Promise<Ended> => {
        const { file } = pipeline().manifest;
        const { status, reason } = await changeChampion(session, request, { world, manifest: file });
        return { status, runId: null, day, reason: reason ?? undefined };
      }),
    async resume() {
      const before = await latestRun(session.db);
      if (before === undefined || before.status !== "running" && before.status !== "interrupted") return null;
      return await locked(before.day, async () => {
        const latest = await latestRun(session.db);
        return latest?.status === "interrupted" ? await runDay(latest.day) : null;
      });
    },
  };
}
