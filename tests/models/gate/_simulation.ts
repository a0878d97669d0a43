/** Many days before the gate, with models whose true quality is known: what it lets through, and how often. */
import { type Case, rule, type Standards } from "../../../models/gate/gate.ts";
import type { Rival, Role } from "../../../models/gate/comparison.ts";
import type { GateOptions } from "../../../models/gate/options.ts";
import { createRng, hash32 } from "../../../models/rng.ts";
import { asked, caseOf, contender, draw, type Truth } from "./_people.ts";

const { signal } = new AbortController();
export const LIVE: Truth = { rmse: 0.9, ndcg: 0.12 };

export interface Trials {
  /** Independent days. */
  days: number;
  people: number;
  /** True qualities of the day's candidates; the champion's is LIVE. */
  candidates: readonly Truth[];
  options?: Partial<GateOptions>;
  seed?: number;
}

/** Share of days on which a candidate went live, and on which one was rejected. */
export async function shares({ days, people, candidates, options = {}, seed = 1 }: Trials) {
  const names = candidates.map((_, i) => `new${i}`);
  const truths = { live: LIVE, ...Object.fromEntries(candidates.map((truth, i) => [names[i], truth])) };
  const found = { promoted: 0, rejected: 0 };
  for (let day = 0; day < days; day++) {
    const cohort = draw(createRng(hash32(seed, day)), people, truths);
    const { judgements } = await rule(caseOf(cohort, names, { options: asked(options), seed: day }), signal);
    if (judgements.some(({ isPromoted }) => isPromoted)) found.promoted++;
    if (judgements.some(({ verdict }) => verdict === "rejected")) found.rejected++;
  }
  return { promoted: found.promoted / days, rejected: found.rejected / days };
}

/** Share that chance makes of `days` at most, when each has `probability`: two standard errors above it. */
export const atMost = (probability: number, days: number) =>
  probability + 2 * Math.sqrt(probability * (1 - probability) / days);

export interface Life {
  days: number;
  people: number;
  /** The true quality of the day's candidate, made from the champion's. */
  candidate(champion: Truth, day: number): Truth;
  /** Whether there is a standard, or only the champion and the month's best. */
  hasStandard?: boolean;
  options?: Partial<GateOptions>;
  seed: number;
}

/** The champion's true quality, day by day, through days that each have new people. */
export async function live({ days, people, candidate, hasStandard = true, options = {}, seed }: Life) {
  const truths: Record<string, Truth> = { v0: LIVE };
  let champion = "v0";
  let standards: Standards = { rmse: "v0", ndcg: "v0" };
  const reigns = [{ version: "v0", day: 0, ndcg: 0, rmse: 9 }];
  const history: Truth[] = [];
  for (let day = 1; day <= days; day++) {
    const version = `v${day}`;
    truths[version] = candidate(truths[champion], day);
    const recent = reigns.filter((reign) => reign.day > day - 30);
    const bestOf = (measure: "rmse" | "ndcg", sign: number) =>
      recent.toSorted((a, b) => sign * (a[measure] - b[measure]))[0]?.version ?? champion;
    const roles: [Role, { rmse?: string; ndcg?: string }][] = [
      ["champion", { rmse: champion, ndcg: champion }],
      ["month's best", { rmse: bestOf("rmse", 1), ndcg: bestOf("ndcg", -1) }],
      ...(hasStandard ? [["standard", standards] as [Role, Standards]] : []),
    ];
    const rivals: Rival[] = roles.flatMap(([role, of]) =>
      (["rmse", "ndcg"] as const).map((measure) => ({ version: of[measure]!, measure, roles: [role] }))
    );
    const present = new Set([version, champion, ...rivals.map((rival) => rival.version)]);
    const cohort = draw(
      createRng(hash32(seed, day)),
      people,
      Object.fromEntries([...present].map((name) => [name, truths[name]])),
    );
    const trial: Case = {
      ...caseOf(cohort, [version], { options: asked(options), seed: day }),
      champion: contender(champion),
      rivals,
      standards,
    };
    const ruling = await rule(trial, signal);
    standards = ruling.standards;
    const [{ isPromoted, comparisons }] = ruling.judgements;
    if (isPromoted) {
      champion = version;
      const own = (measure: "rmse" | "ndcg") => comparisons.find((found) => found.measure === measure)!.own;
      reigns.push({ version, day, rmse: own("rmse"), ndcg: own("ndcg") });
    }
    history.push(truths[champion]);
  }
  return { history, standards, truths, promotions: reigns.length - 1 };
}
