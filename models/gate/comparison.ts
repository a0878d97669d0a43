/** One candidate beside one rival in one measure, and what that shows. */
import { bootstrap, type Difference, type Measure } from "./bootstrap.ts";
import { type Cohort, pairsOf, type Slice } from "./cohort.ts";
import type { GateOptions } from "./options.ts";

/** The champion, the best of the last 30 days, and the standard, which no promotion may fall below. */
export type Role = "champion" | "month's best" | "standard";

export interface Rival {
  version: string;
  measure: Measure;
  roles: readonly Role[];
}

/** `fails`: surely worse, and not surely within the margin. `open`: neither is sure. `few`: too few people to tell. */
export type Finding = "passes" | "fails" | "open" | "few";

export interface Comparison extends Omit<Difference, "candidate" | "rival">, Rival {
  /** The candidate's figure, and the rival's. */
  own: number;
  theirs: number;
  slice: Slice;
  margin: number;
  finding: Finding;
}

export interface ComparisonOptions {
  cohort: Cohort;
  options: GateOptions;
  seed: number;
  /** Candidates that are judged at once: with more looks, each must be surer (Bonferroni). */
  nCandidates: number;
}

/** Harm of `candidate` beside `rival` among all people; nothing where one of them does not do what is measured. */
export function compare(candidate: string, rival: Rival, world: ComparisonOptions): Comparison[] {
  const margin = world.options[`margin_${rival.measure}`];
  const found = differ(candidate, { ...rival, slice: "all" }, world);
  if (found === null) return [];
  return [{ ...rival, ...labelled(found), slice: "all", margin, finding: findingOf(found, margin, world) }];
}

/** As `compare()`, among the people of `slice`: it fails only when it is surely worse by more than the guardrail. */
export function compareSlice(
  candidate: string,
  { slice, ...rival }: Rival & { slice: Slice },
  world: ComparisonOptions,
): Comparison[] {
  const margin = world.options[`slice_margin_${rival.measure}`];
  const found = differ(candidate, { ...rival, slice }, world);
  if (found === null) return [];
  const isFew = found.n < world.options.min_users;
  const finding = isFew ? "few" : found.low > margin ? "fails" : "passes";
  return [{ ...rival, ...labelled(found), slice, margin, finding }];
}

const labelled = ({ candidate: own, rival: theirs, ...found }: Difference) => ({ own, theirs, ...found });

/** A figure that is no number shows nothing. */
function findingOf({ n, low, high }: Difference, margin: number, { options }: ComparisonOptions): Finding {
  if (n < options.min_users) return "few";
  if (high <= margin) return "passes";
  return low > 0 ? "fails" : "open";
}

function differ(
  candidate: string,
  { version, measure, slice }: Rival & { slice: Slice },
  { cohort, options, seed, nCandidates }: ComparisonOptions,
): Difference | null {
  const pairs = pairsOf(cohort, { candidate, rival: version, measure, slice });
  if (pairs === null) return null;
  const confidence = 1 - (1 - options.confidence) / nCandidates;
  return bootstrap(pairs, { measure, seed, resamples: options.resamples, confidence });
}
