/**
 * The champion gate: of the day's candidates at most one goes live, and only one that is shown to be not worse.
 *
 * For every rival and measure, the upper end of the harm's interval must lie within the margin: with probability
 * `confidence` a candidate whose true harm is the margin or more fails (a test of non-inferiority; that all must pass
 * at once needs no correction, that the best of k may be taken does: Bonferroni). It is rejected when it is surely
 * worse than some rival and not surely within the margin, and inconclusive when neither is sure.
 *
 * Margins never add up: each measure has a standard, a version that every later champion must be shown not to fall
 * below by more than the margin, however long ago it went live. The standard moves only to a champion that beats it
 * in every single draw of the bootstrap. So a chain of promotions, each a little worse, ends about one margin below it:
 * beyond it each passes with less than 1 − confidence a day, the further the more seldom (a year of daily candidates
 * that are each .002 stars worse ended .006 to .014 below, with a margin of .01; without a standard it goes on).
 */
import { breathe } from "../breathe.ts";
import type { Measure } from "./bootstrap.ts";
import type { Cohort } from "./cohort.ts";
import {
  compare,
  compareSlice,
  type Comparison,
  type ComparisonOptions,
  type Finding,
  type Rival,
} from "./comparison.ts";
import type { GateOptions } from "./options.ts";
import { pick, standardsAfter } from "./pick.ts";

export type Verdict = "promoted" | "rejected" | "inconclusive";

export const MEASURES: readonly Measure[] = ["rmse", "ndcg"];
export const MEASURE_NAMES: Readonly<Record<Measure, string>> = { rmse: "RMSE", ndcg: "nDCG@10" };

/** What is known of a version beside its scores. */
export interface Contender {
  version: string;
  /** Trained from scratch. */
  isRetrain: boolean;
  /** Share of the catalogue in all lists together; null: it makes none. */
  coverage: number | null;
  /** Milliseconds to score all movies for a person, at the median; null: it makes no lists. */
  listMs: number | null;
}

/** The version that each measure must not fall below. */
export type Standards = Partial<Record<Measure, string>>;

/** All that a verdict depends on. */
export interface Case {
  candidates: readonly Contender[];
  /** Null: there was no version before. */
  champion: Contender | null;
  rivals: readonly Rival[];
  standards: Standards;
  cohort: Cohort;
  options: GateOptions;
  seed: number;
}

export interface Judgement {
  version: string;
  verdict: Verdict;
  /** It goes live. */
  isPromoted: boolean;
  reason: string;
  /** Against every rival in every measure; then by slice against the champion. */
  comparisons: Comparison[];
}

export interface Ruling {
  /** One for each candidate, in their order. */
  judgements: Judgement[];
  /** As they are from now on. */
  standards: Standards;
}

/** Judges all candidates; the same case gives the same ruling to the last bit. */
export async function rule(trial: Case, signal: AbortSignal): Promise<Ruling> {
  const judgements: Judgement[] = [];
  for (const candidate of trial.candidates) judgements.push(await judge(trial, candidate, signal));
  const winner = pick(trial, judgements);
  const settled = judgements.map((judgement): Judgement => {
    if (!judgement.isPromoted || judgement === winner) return judgement;
    const reason =
      `as good as it must be, but ${winner?.version} measured better (prefer: ${trial.options.prefer})`;
    return { ...judgement, verdict: "rejected", isPromoted: false, reason };
  });
  return { judgements: settled, standards: standardsAfter(trial, winner) };
}

type Teller = (verdict: Verdict, reason: string, isPromoted?: boolean) => Judgement;

async function judge(trial: Case, candidate: Contender, signal: AbortSignal): Promise<Judgement> {
  const { version } = candidate;
  const { rivals, options } = trial;
  const comparisons: Comparison[] = [];
  const told: Teller = (verdict, reason, isPromoted = verdict === "promoted") => {
    return { version, verdict, isPromoted, reason, comparisons };
  };
  if (isBroken(trial, candidate)) return told("rejected", "its RMSE is no number");
  if (rivals.length === 0) return told("promoted", "the first version");
  const flaw = flawOf(trial, candidate);
  if (flaw !== null) return told("rejected", flaw);

  comparisons.push(...await beside(trial, version, signal));
  if (comparisons.length === 0) return told("inconclusive", "it does nothing that its rivals do");
  const few = comparisons.find(({ finding }) => finding === "few");
  if (few !== undefined) {
    const reason = `${few.n} people in the hold-out, ${options.min_users} are needed`;
    const isAllowed = options.on_few_users === "retrain" && candidate.isRetrain;
    return unproven(comparisons, {
      reason,
      isAllowed: isAllowed || options.on_inconclusive === "promote",
      told,
    });
  }
  const failed = comparisons.find(({ finding }) => finding === "fails");
  if (failed !== undefined) return told("rejected", inWords(failed));

  const slices = await besideBySlice(trial, version, signal);
  comparisons.push(...slices);
  const guarded = slices.find(({ finding }) => finding === "fails");
  if (guarded !== undefined) return told("rejected", `among ${guarded.slice} people: ${inWords(guarded)}`);
  const narrow = narrowness(trial, candidate);
  if (narrow !== null) return told("rejected", narrow);

  const open = comparisons.find(({ finding }) => finding === "open");
  if (open !== undefined) {
    const isAllowed = options.on_inconclusive === "promote";
    return unproven(comparisons, { reason: inWords(open), isAllowed, told });
  }
  const slight = slightness(comparisons, options);
  return slight === null ? told("promoted", inWords(comparisons[0])) : told("rejected", slight);
}

/** The candidate beside every rival, among all people. */
async function beside(trial: Case, version: string, signal: AbortSignal): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const rival of trial.rivals) {
    found.push(...compare(version, rival, worldOf(trial)));
    await breathe(signal);
  }
  return found;
}

/** The candidate beside the champion, among warm and among cold people. */
async function besideBySlice(trial: Case, version: string, signal: AbortSignal): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const rival of trial.rivals.filter(({ roles }) => roles.includes("champion"))) {
    for (const slice of ["warm", "cold"] as const) {
      found.push(...compareSlice(version, { ...rival, roles: ["champion"], slice }, worldOf(trial)));
      await breathe(signal);
    }
  }
  return found;
}

function worldOf({ cohort, options, seed, candidates }: Case): ComparisonOptions {
  return { cohort, options, seed, nCandidates: candidates.length };
}

interface Unproven {
  reason: string;
  /** Whether measuring within every margin is enough. */
  isAllowed: boolean;
  told: Teller;
}

function unproven(comparisons: readonly Comparison[], { reason, isAllowed, told }: Unproven): Judgement {
  if (!isAllowed) return told("inconclusive", reason);
  // What is no number is beyond every margin.
  const beyond = comparisons.find(({ harm, margin }) => !(harm <= margin));
  if (beyond === undefined) {
    return told("inconclusive", `${reason}; it goes live as it measured within the margins`, true);
  }
  return told("inconclusive", `${reason}; it stays out as it measured beyond a margin: ${inWords(beyond)}`);
}

function isBroken({ cohort }: Case, { version }: Contender): boolean {
  return Array.from(cohort.scores[version].squaredErrors ?? []).some((sum) => !Number.isFinite(sum));
}

/** What keeps a candidate out whatever its figures are; null: nothing. */
function flawOf({ cohort, options, champion }: Case, { version, listMs }: Contender): string | null {
  if (listMs !== null && listMs > options.max_list_ms) {
    return `it takes ${
      listMs.toFixed(0)
    } ms to score all movies for a person, max_list_ms is ${options.max_list_ms}`;
  }
  if (champion === null) return null;
  const [own, other] = [cohort.scores[version], cohort.scores[champion.version]];
  if (own.squaredErrors === null && other.squaredErrors !== null) {
    return `it predicts no ratings, as ${champion.version} does`;
  }
  return own.ndcgs === null && other.ndcgs !== null ? `it makes no lists, as ${champion.version} does` : null;
}

function narrowness({ champion, options }: Case, { coverage }: Contender): string | null {
  if (!champion?.coverage || coverage === null) return null;
  const least = (1 - options.max_coverage_loss) * champion.coverage;
  if (coverage >= least) return null;
  return `coverage ${coverage.toFixed(4)} against ${champion.coverage.toFixed(4)} of ${champion.version}, ` +
    `at least ${least.toFixed(4)} is asked for`;
}

/** Why a candidate that is not worse is not better enough to be worth a change; null: it is. */
function slightness(comparisons: readonly Comparison[], options: GateOptions): string | null {
  const asked = comparisons.filter(({ slice, roles, measure }) =>
    slice === "all" && roles.includes("champion") && options[`min_effect_${measure}`] > 0
  );
  const isEnough = ({ harm, high, measure }: Comparison) =>
    high < 0 && -harm >= options[`min_effect_${measure}`];
  if (asked.length === 0 || asked.some(isEnough)) return null;
  const effects = asked.map(({ measure }) =>
    `${MEASURE_NAMES[measure]} by ${options[`min_effect_${measure}`]}`
  );
  return `not better in ${effects.join(" or ")}: ${asked.map(inWords).join("; ")}`;
}

const FINDINGS: Readonly<Record<Finding, string>> = {
  passes: "within the margin",
  fails: "worse",
  open: "not sure either way",
  few: "too few people",
};

/** "RMSE 0.8500 against 0.9000 of c (champion), harm −0.0500 [−0.0600, −0.0400], margin 0.005: within the margin". */
export function inWords(comparison: Comparison): string {
  const { measure, version, roles, own, theirs, harm, low, high, margin, finding } = comparison;
  return `${MEASURE_NAMES[measure]} ${own.toFixed(4)} against ${theirs.toFixed(4)} of ${version} ` +
    `(${roles.join(", ")}), harm ${signed(harm)} [${signed(low)}, ${signed(high)}], margin ${margin}: ` +
    FINDINGS[finding];
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
