/**
 * A candidate version in the shadow of what is served: it makes its own list for a share of the requests, after the
 * answer has gone out, and how alike the two lists are is kept as running sums.
 *
 *   overlap@n = |A ∩ B| / max(|A|, |B|)
 *   τ         = Kendall's rank correlation over the movies of both lists, where there are two or more
 */
import { hash32 } from "../../models/rng.ts";
import type { RecommendationList } from "./request.ts";

export interface ShadowSums {
  /** Lists compared. */
  lists: number;
  /** Σ overlap@n. */
  overlap: number;
  /** Lists with a correlation, and Σ τ. */
  correlated: number;
  correlation: number;
  /** Requests of the share that were let go, since too many waited. */
  skipped: number;
  /** Lists that the candidate could not make. */
  failed: number;
}

export interface ShadowTask {
  /** What went out. */
  list: Pick<RecommendationList, "items">;
  /** The candidate's list for the same request. */
  compare: () => Pick<RecommendationList, "items">;
}

export interface Shadow {
  /** By version: sums since the process began. */
  readonly sums: ReadonlyMap<string, Readonly<ShadowSums>>;
  /** Notes a list that `version` is compared on, in its share of the cases; returns at once. */
  offer(version: string, share: number, task: ShadowTask): void;
}

export interface ShadowOptions {
  /** Runs `work` once what is under way has been answered. */
  later: (work: () => void) => void;
  /** A candidate that fails is counted, and said. */
  failed: (version: string, error: unknown) => void;
}

/** Comparisons that wait at most: under load the shadow is what goes first. */
const MOST_WAITING = 16;

export function createShadow({ later, failed }: ShadowOptions): Shadow {
  const sums = new Map<string, ShadowSums>();
  let offered = 0;
  let waiting = 0;
  return {
    sums,
    offer(version, share, { list, compare }) {
      // Every request is drawn by its number: neither people nor moments are preferred.
      if (hash32(0, offered++) / 2 ** 32 >= share) return;
      let own = sums.get(version);
      if (own === undefined) sums.set(version, own = emptySums());
      if (waiting === MOST_WAITING) {
        own.skipped++;
        return;
      }
      waiting++;
      later(() => {
        waiting--;
        try {
          add(own, moviesOf(list), moviesOf(compare()));
        } catch (error) {
          own.failed++;
          failed(version, error);
        }
      });
    },
  };
}

const emptySums = (): ShadowSums => ({
  lists: 0,
  overlap: 0,
  correlated: 0,
  correlation: 0,
  skipped: 0,
  failed: 0,
});

const moviesOf = ({ items }: Pick<RecommendationList, "items">) => items.map(({ movie }) => movie);

function add(sums: ShadowSums, served: readonly number[], candidate: readonly number[]): void {
  sums.lists++;
  sums.overlap += overlap(served, candidate);
  const tau = rankCorrelation(served, candidate);
  if (tau === null) return;
  sums.correlated++;
  sums.correlation += tau;
}

/** Of two empty lists 1. */
export function overlap(a: readonly number[], b: readonly number[]): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  const others = new Set(b);
  return a.filter((movie) => others.has(movie)).length / longest;
}

/** Kendall's τ over the movies of both; null when there are fewer than two. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const places = new Map(b.map((movie, place) => [movie, place]));
  const common = a.map((movie) => places.get(movie)).filter((place) => place !== undefined);
  if (common.length < 2) return null;
  let agreeing = 0;
  for (let i = 0; i < common.length; i++) {
    for (let j = i + 1; j < common.length; j++) agreeing += common[i] < common[j] ? 1 : -1;
  }
  return agreeing / (common.length * (common.length - 1) / 2);
}
