/** The manifest as a picture needs it: stages with what they need, and schedules. Kept with each run (`ops_db.runs.graph`). */
import type { Manifest } from "../manifest/manifest.ts";

/** Plain data: the server reads it from the database, and never the manifest. */
export interface RunGraph {
  name: string;
  stages: {
    stage: string;
    task: string;
    needs: readonly string[];
    enabled: boolean;
    /** Its condition; null: it always holds. */
    when: string | null;
  }[];
  schedules: {
    name: string;
    cron: string;
    timezone: string;
    /** Stages that it runs alone; null: the whole day. */
    only: readonly string[] | null;
  }[];
}

export function graphOf({ name, stages, schedules }: Manifest): RunGraph {
  return {
    name,
    stages: stages.map(({ as, task, needs, enabled, when }) => {
      return { stage: as, task, needs, enabled, when: when?.text ?? null };
    }),
    schedules: schedules.map(({ name, cron, timezone, only }) => ({ name, cron, timezone, only })),
  };
}
