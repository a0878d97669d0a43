/** Random days: tasks that look at the ledger and change it, a graph of stages with conditions, and their outcomes. */
import fc from "fast-check";
import type { TableName } from "../../../sql/tables.ts";
import { ancestorsOf } from "../../../tasks/runner/plan/_graph.ts";
import type { Manifest } from "../../../tasks/runner/manifest/manifest.ts";
import { plan } from "../../../tasks/runner/plan/plan.ts";
import { planBatches, type PlanState } from "../../../tasks/runner/plan/plan_state.ts";
import type { Task, Tasks } from "../../../tasks/runner/task.ts";
import { fakeTask, manifestOf, planState } from "./_fake_day.ts";

export interface World {
  manifest: Manifest;
  tasks: Tasks;
  state: PlanState;
}

/** Each task's own table: what its batches fill. */
const OWN = {
  a: "raw_db.ratings",
  b: "data_lake_db.ratings",
  c: "processed_db.user_features",
  d: "processed_db.movie_features",
  e: "ops_db.publications",
} as const satisfies Record<string, TableName>;
type Name = keyof typeof OWN;
const NAMES: readonly Name[] = ["a", "b", "c", "d", "e"];
const VERSIONS = "ops_db.model_versions";
const other = { version: "77aa", model: "als", throughBatch: 1 };
const champion = { version: "3f2a", model: "two_tower", throughBatch: 2 };

type Part = Pick<Task<unknown>, "reads" | "writes" | "plan">;

/** Ways in which a task looks at the ledger and changes it, with the tables that stand for that. */
const parts = (own: Name): fc.Arbitrary<Part> =>
  fc.oneof(
    fc.constantFrom(...NAMES.filter((name) => name !== own)).map((after): Part => {
      return { reads: [OWN[after]], writes: [OWN[own]], plan: planBatches(after) };
    }),
    fc.constant<Part>({ reads: [], writes: ["ops_db.batches", OWN[own]], plan: formBatch }),
    fc.constantFrom<Part>(
      { reads: [], writes: [VERSIONS], plan: makeCandidate },
      { reads: [VERSIONS], writes: [VERSIONS], plan: judge },
      { reads: [VERSIONS], writes: [], plan: haveChampion },
      { reads: [], writes: ["ops_db.metric_history"], plan: undefined },
      { reads: [], writes: [], plan: undefined },
    ),
  );

const formBatch: Task<unknown>["plan"] = ({ newestBatch, finished }, { task }) => {
  const batch = (newestBatch ?? -1) + 1;
  const outcome = { newestBatch: batch, finished: { ...finished, [task]: batch } };
  return { action: "run", reason: `forms batch ${batch}`, outcomes: [outcome] };
};

const makeCandidate: Task<unknown>["plan"] = ({ candidates }) =>
  candidates.length > 0 ? { action: "skip", reason: "has some" } : {
    action: "run",
    reason: "makes",
    outcomes: [{ candidates: [champion, other] }, { candidates: [other] }, {}],
  };

const judge: Task<unknown>["plan"] = ({ candidates }) =>
  candidates.length > 0
    ? {
      action: "run",
      reason: "judges",
      outcomes: [
        ...candidates.map((candidate) => ({ candidates: [], champion: candidate })),
        { candidates: [] },
      ],
    }
    : { action: "skip", reason: "no candidate" };

const haveChampion: Task<unknown>["plan"] = ({ champion }) =>
  champion ? { action: "run", reason: "has champion" } : { action: "skip", reason: "no champion" };

const tasksArbitrary: fc.Arbitrary<Tasks> = fc.tuple(...NAMES.map(parts))
  .map((found) => Object.fromEntries(found.map((part, i) => [NAMES[i], fakeTask(part)])));

const shapes = fc.array(
  fc.record({
    task: fc.constantFrom(...NAMES),
    enabled: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, {
      weight: 1,
      arbitrary: fc.constant(false),
    }),
    /** Distances to the stages above that it needs; null: the default. */
    needs: fc.option(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 })),
    /** Which condition, and which of the stages above it asks about. */
    when: fc.option(fc.tuple(fc.nat(5), fc.nat(6)), { freq: 3 }),
  }),
  { minLength: 1, maxLength: 7 },
);

const stateArbitrary: fc.Arbitrary<PlanState> = fc.record({
  newestBatch: fc.option(fc.nat(3)),
  finished: fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.nat(3)]))),
  champion: fc.option(fc.constant(champion)),
  candidates: fc.subarray([champion, other]),
  facts: fc.record({
    stages: fc.constant({}),
    metrics: fc.record({ psi: fc.double({ min: 0, max: 1, noNaN: true }) }),
  }),
}).map(planState);

type Shape = { task: string; enabled: boolean; needs: number[] | null; when: [number, number] | null };

/** The manifest's text, with more needs where the tables ask for them. */
function manifestText(all: readonly Shape[], more: ReadonlyMap<string, string[]>): string {
  const written = all.map(({ task, enabled, needs }, i) => {
    const names = needs?.map((n) => i - n).filter((n) => n >= 0).map((n) => `s${n}`);
    const wanted = more.get(`s${i}`) ?? (names && [...new Set(names)]);
    return { task, enabled, as: `s${i}`, ...wanted && { needs: wanted } };
  });
  const needs = written.map(({ as, needs }, i) => ({ as, needs: needs ?? (i > 0 ? [`s${i - 1}`] : []) }));
  const above = ancestorsOf(needs);
  const stages = written.map((stage, i) => {
    const when = conditionOf(all[i].when, [...above.get(stage.as)!]);
    return when === undefined ? stage : { ...stage, when };
  });
  return JSON.stringify({ stages });
}

function conditionOf(picked: Shape["when"], above: readonly string[]): string | undefined {
  if (picked === null) return undefined;
  const [kind, at] = picked;
  const plain = ["metrics.psi > 0.5", "day.month == 3", 'day < "2026-01-01"'];
  if (kind < plain.length || above.length === 0) return plain[kind % plain.length];
  const name = above[at % above.length];
  const other = above[(at + 1) % above.length];
  return [
    `${name}.status == "skipped"`,
    `${name}.flag == true or ${other}.status == "skipped"`,
    `not (${name}.flag == true) and metrics.psi <= 0.5`,
  ][kind - plain.length];
}

/** Worlds whose graph suits their tables: the plan's own remedies, taken until it has none left. */
export const worlds: fc.Arbitrary<World> = fc.record({
  tasks: tasksArbitrary,
  all: shapes,
  state: stateArbitrary,
})
  .map(({ tasks, all, state }) => {
    const more = new Map<string, string[]>();
    for (;;) {
      const manifest = manifestOf(manifestText(all, more), tasks);
      const { errors } = plan(manifest, tasks, state);
      if (errors === undefined) return { manifest, tasks, state };
      const [{ column, wanted }] = errors;
      const stage = manifest.stages.find(({ at }) => at.column === column)!;
      more.set(stage.as, /^needs: \[(.*)\]$/.exec(wanted)![1].split(", "));
    }
  });

export interface Chance {
  /** Which of `n` stages that could start does. */
  order: (n: number) => number;
  /** Which of `n` ways stage `as` ends. */
  outcome: (n: number, as: string) => number;
  /** A stage that fails. */
  stop?: string;
}

export interface Happened {
  ran: string[];
  /** By stage: why it was skipped. */
  skipped: Record<string, string>;
  state: PlanState;
}
