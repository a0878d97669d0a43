/**
 * Successive halving (Jamieson & Talwalkar 2016): many configs on few people, the better third of them on three times
 * as many, and so on up to everybody. A bad config costs little, and the few that matter are judged on all.
 *
 * Trial 0 is the defaults; it is never dropped, so on a rung that was finished the result is never worse than they
 * are, by what validation asks.
 */

/** A third goes on. */
const ETA = 3;
/** People below which a rung would tell luck from luck. */
const FEWEST_PEOPLE = 500;

/** Shares of the people, in rising order; the last is everybody. */
export function rungsOf(nPeople: number): number[] {
  const shares = [1];
  while (shares.length < 4 && nPeople * shares[0] / ETA >= FEWEST_PEOPLE) shares.unshift(shares[0] / ETA);
  return shares;
}

export interface Outcome {
  trial: number;
  /** Of the people. */
  share: number;
  /** null: it could not be fitted. */
  loss: number | null;
}

export interface SearchOptions {
  nTrials: number;
  shares: readonly number[];
  /** What trial number `trial` loses on `share` of the people; the same each time. */
  loss(trial: number, share: number): Promise<number | null>;
  /** Whether time is up: what has begun is ended, and nothing else begins. */
  isOver(): boolean;
}

/** Everything that was tried, in its order. */
export async function halve({ nTrials, shares, loss, isOver }: SearchOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let alive = Array.from({ length: nTrials }, (_, trial) => trial);
  for (const [rung, share] of shares.entries()) {
    if (rung > 0) alive = survivors(outcomes, shares[rung - 1]);
    for (const trial of alive) {
      if (isOver()) return outcomes;
      outcomes.push({ trial, share, loss: await loss(trial, share) });
    }
  }
  return outcomes;
}

/** The better third of a rung in the order of their numbers, trial 0 among them. */
function survivors(outcomes: readonly Outcome[], share: number): number[] {
  const ranked = rankedOn(outcomes, share).filter(({ trial }) => trial !== 0);
  const n = Math.ceil(ranked.length / ETA);
  return [0, ...ranked.slice(0, n).map(({ trial }) => trial).sort((a, b) => a - b)];
}

/** Best first; of equals the one with the lower number, so the defaults before all. */
function rankedOn(outcomes: readonly Outcome[], share: number): Outcome[] {
  return outcomes.filter((outcome) => outcome.share === share && outcome.loss !== null)
    .sort((a, b) => a.loss! - b.loss! || a.trial - b.trial);
}

/** The best of the largest share that anything was tried on; null: nothing could be fitted. */
export function bestOf(outcomes: readonly Outcome[]): Outcome | null {
  const shares = outcomes.filter(({ loss }) => loss !== null).map(({ share }) => share);
  return rankedOn(outcomes, Math.max(...shares))[0] ?? null;
}
