/** The day's eight tasks without their work: tables, parameters and plans like the real ones. */
import { z } from "zod";
import { duration } from "../../../tasks/runner/manifest/duration.ts";
import { type Manifest, parseManifest } from "../../../tasks/runner/manifest/manifest.ts";
import { formatManifestErrors } from "../../../tasks/runner/manifest/manifest_error.ts";
import { planBatches, type PlanState } from "../../../tasks/runner/plan/plan_state.ts";
import { type Task, task, type Tasks } from "../../../tasks/runner/task.ts";

/** A task that does nothing, but for what `parts` say. */
export function fakeTask(parts: Partial<Task<unknown>> = {}): Task<unknown> {
  return task<unknown>({
    params: z.object({}),
    reads: [],
    writes: [],
    run: () => Promise.resolve({}),
    ...parts,
  });
}

const trainParams = z.object({
  model: z.enum(["two_tower", "als"]).default("two_tower").describe("The kind of model."),
  mode: z.enum(["auto", "scratch", "warm"]).default("auto"),
  retrain_every: duration.prefault("7d").describe("Age at which a model is trained from scratch."),
  retrain_when: z.record(z.string(), z.number()).optional().describe("Signs that ask for one."),
  hidden: z.array(z.number().int().min(1)).default([128, 64]).describe("Units of each hidden layer."),
  adam: z.object({ learning_rate: z.number().gt(0).default(0.001).describe("Step size α.") }).prefault({})
    .describe("The optimiser."),
});

export const DAY: Tasks = {
  ingest: fakeTask({
    reads: ["raw_db.inbox", "raw_db.ratings"],
    writes: ["raw_db.ratings", "ops_db.batches", "ops_db.batch_ranges"],
    plan: ({ waiting, finished, newestBatch }) => {
      if (waiting.imported + waiting.live === 0) return { action: "skip", reason: "no rating waits" };
      const batch = (newestBatch ?? -1) + 1;
      const then = { newestBatch: batch, finished: { ...finished, ingest: batch } };
      return {
        action: "run",
        reason: `${waiting.imported} imported and ${waiting.live} live ratings wait`,
        outcomes: [then],
      };
    },
  }),
  clean: fakeTask({
    params: z.object({ chunk: z.number().int().min(1).default(500_000).describe("Ratings held at once.") }),
    reads: ["raw_db.ratings", "ops_db.batch_ranges"],
    writes: ["data_lake_db.ratings", "data_lake_db.rejects"],
    plan: planBatches("ingest"),
  }),
  prequential: fakeTask({
    reads: ["data_lake_db.ratings"],
    writes: ["ops_db.model_metrics"],
    readsPrevious: ["ops_db.model_versions", "processed_db.user_features", "processed_db.movie_features"],
    plan: (state, options) =>
      state.champion ? planBatches("clean")(state, options) : { action: "skip", reason: "no champion yet" },
  }),
  features: fakeTask({
    reads: ["data_lake_db.ratings"],
    writes: ["processed_db.user_features", "processed_db.movie_features"],
    plan: planBatches("clean"),
  }),
  train: fakeTask({
    params: trainParams,
    reads: ["data_lake_db.ratings", "processed_db.user_features", "processed_db.movie_features"],
    writes: ["ops_db.model_versions"],
    plan: ({ champion, newestBatch, finished }) => {
      const newest = finished.clean ?? -1;
      if (newest <= (champion?.throughBatch ?? -1)) {
        return { action: "skip", reason: "no rating is new to the champion" };
      }
      const made = { version: "(new)", model: "two_tower", throughBatch: newestBatch ?? newest };
      return {
        action: "run",
        reason: champion ? "warm" : "from scratch: no champion",
        outcomes: [{ candidates: [made] }],
      };
    },
  }),
  evaluate: fakeTask({
    reads: ["data_lake_db.ratings", "ops_db.model_versions"],
    writes: ["ops_db.model_metrics", "ops_db.best_score"],
    plan: ({ candidates }) =>
      candidates.length > 0
        ? {
          action: "run",
          reason: "judges the candidate",
          outcomes: [{ candidates: [], champion: candidates[0] }, { candidates: [] }],
        }
        : { action: "skip", reason: "no candidate" },
  }),
  publish: fakeTask({
    reads: ["ops_db.model_versions", "processed_db.user_features"],
    writes: ["ops_db.publications"],
    plan: ({ champion }) =>
      champion
        ? { action: "run", reason: "a champion to serve" }
        : { action: "skip", reason: "no champion yet" },
  }),
  monitor: fakeTask({ reads: ["ops_db.model_metrics"], writes: ["ops_db.metric_history"] }),
};

/** The manifest that `text` is, for `tasks`. */
export function manifestOf(text: string, tasks: Tasks = DAY): Manifest {
  const { manifest, errors } = parseManifest(text, { file: "pipeline.yaml", tasks });
  if (manifest === undefined) throw new Error(formatManifestErrors(errors, text));
  return manifest;
}

/** An archive that is imported and untouched, but for what `parts` say. */
export function planState(parts: Partial<PlanState> = {}): PlanState {
  return {
    day: "2026-03-01",
    kind: "daily",
    waiting: { imported: 100_836, live: 0, unparsable: 0 },
    newestBatch: null,
    finished: {},
    champion: null,
    candidates: [],
    retrainedOn: null,
    published: null,
    run: null,
    ...parts,
  };
}
