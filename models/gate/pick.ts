/** What follows from the judgements: which candidate goes live, and what later ones must not fall below. */
import { figureOf, type Measure } from "./bootstrap.ts";
import { type Cohort, valuesOf } from "./cohort.ts";
import { type Case, type Judgement, MEASURES, type Standards } from "./gate.ts";

/**
 * The one that goes live: proven before unproven, then what both rates and ranks (among first versions they may differ),
 * then by what is preferred, by the other measure, by name.
 */
export function pick({ cohort, options }: Case, judgements: readonly Judgement[]): Judgement | undefined {
  const measures = [options.prefer, ...MEASURES.filter((measure) => measure !== options.prefer)];
  const nMeasures = (version: string) =>
    MEASURES.filter((measure) => valuesOf(cohort.scores[version], measure) !== null).length;
  const better = (a: Judgement, b: Judgement): number => {
    if (a.verdict !== b.verdict) return a.verdict === "promoted" ? -1 : 1;
    const more = nMeasures(b.version) - nMeasures(a.version);
    if (more !== 0) return more;
    for (const measure of measures) {
      const by = goodness(cohort, b.version, measure) - goodness(cohort, a.version, measure);
      if (by !== 0 && !Number.isNaN(by)) return by;
    }
    return a.version < b.version ? -1 : 1;
  };
  return judgements.filter(({ isPromoted }) => isPromoted).sort(better)[0];
}

/** Higher is better; −1,000 for a version that does not do what is measured. */
function goodness({ nRatings, scores }: Cohort, version: string, measure: Measure): number {
  const values = valuesOf(scores[version], measure);
  if (values === null) return -1_000;
  const places = Array.from(values, (_, u) => u).filter((u) => !Number.isNaN(values[u]));
  const sums = Float64Array.from(places, (u) => values[u]);
  const weights = Float64Array.from(places, (u) => measure === "rmse" ? nRatings[u] : 1);
  const figure = figureOf(sums, weights, measure);
  return measure === "rmse" ? -figure : figure;
}

/**
 * The standards once `winner` is champion: where there was none, it is; where there was, only a proven winner that
 * beats it in every draw.
 *
 * At 2,000 draws a version as good as the standard does that once in some 2,000 days, and a worse one less often: a
 * year of daily candidates lowers the standard by less than 2 % of the standard error, on average.
 */
export function standardsAfter({ standards, cohort }: Case, winner: Judgement | undefined): Standards {
  if (winner === undefined) return standards;
  const measured = MEASURES.filter((measure) => valuesOf(cohort.scores[winner.version], measure) !== null);
  const moved = measured.map((measure): [Measure, string] => {
    const standard = standards[measure];
    const against = winner.comparisons.find(({ slice, version, ...comparison }) =>
      slice === "all" && version === standard && comparison.measure === measure
    );
    const beats = winner.verdict === "promoted" && against !== undefined && against.worst < 0;
    return [measure, standard === undefined || beats ? winner.version : standard];
  });
  return { ...standards, ...Object.fromEntries(moved) };
}
