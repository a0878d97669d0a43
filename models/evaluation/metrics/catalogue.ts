/**
 * What lists do to a catalogue, whoever likes them: how much of it they show, how known and how alike their movies are.
 *
 * A list is positions of movies. `counts` are ratings by movie in train. Averages skip lists for which a figure is NaN.
 */
import type { Catalogue } from "../../catalogue.ts";

type List = ArrayLike<number>;

/** Distinct movies in all lists together / movies that could have been listed. NaN for an empty catalogue. */
export function coverage(lists: Iterable<List>, nMovies: number): number {
  const listed = new Set<number>();
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) listed.add(list[i]);
  }
  return nMovies === 0 ? NaN : listed.size / nMovies;
}

/**
 * Gini coefficient of how often each of all movies is listed: G = Σ_i (2i − n − 1)·x_i / (n·Σx), x ascending, i from 1.
 * 0: every movie equally often; 1 − 1/n: one movie takes every place (Gini 1912; Fleder & Hosanagar 2009). NaN without
 * a listed movie.
 */
export function gini(lists: Iterable<List>, nMovies: number): number {
  const times = new Float64Array(nMovies);
  let total = 0;
  for (const list of lists) {
    total += list.length;
    for (let i = 0; i < list.length; i++) times[list[i]]++;
  }
  times.sort();
  return times.reduce((sum, x, i) => sum + (2 * (i + 1) - nMovies - 1) * x, 0) / (nMovies * total);
}

/**
 * Novelty: mean over the list of −log₂(n_i / N), the bits that meeting movie i tells, n_i of the N people of train
 * having rated it (Zhou et al. 2010; Vargas & Castells 2011). A movie without a rating counts as if it had one. NaN
 * for an empty list.
 */
export function novelty(list: List, counts: List, nPeople: number): number {
  return meanOver(list, (movie) => -Math.log2(Math.max(1, counts[movie]) / nPeople));
}

/** Mean number of ratings of the listed movies (Yin et al. 2012, "average recommendation popularity"). NaN if empty. */
export function averagePopularity(list: List, counts: List): number {
  return meanOver(list, (movie) => counts[movie]);
}

/**
 * Popularity bias: (GAP of lists − GAP of histories) / GAP of histories, GAP being the mean over people of
 * `averagePopularity()` (Abdollahpouri et al. 2019). 0: lists are as popular as what people chose themselves; 1: twice
 * as popular. People without a list or a history are left out of that side.
 */
export function popularityLift(lists: Iterable<List>, histories: Iterable<List>, counts: List): number {
  const gap = (all: Iterable<List>) => meanKnown(Array.from(all, (list) => averagePopularity(list, counts)));
  const chosen = gap(histories);
  return (gap(lists) - chosen) / chosen;
}

/**
 * Intra-list diversity: mean over all pairs of 1 − cosine of their genres (sets), |A ∩ B| / √(|A|·|B|) (Smyth & McClave
 * 2001; Ziegler et al. 2005). A movie without genres is like no other: 1. NaN for fewer than two movies.
 */
export function intraListDiversity(list: List, { genreStarts, genres }: Catalogue): number {
  const sets = Array.from(
    list,
    (movie) => new Set(genres.subarray(genreStarts[movie], genreStarts[movie + 1])),
  );
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < sets.length; i++) {
    for (let j = i + 1; j < sets.length; j++, pairs++) {
      const both = sets[i].intersection(sets[j]).size;
      sum += both === 0 ? 1 : 1 - both / Math.sqrt(sets[i].size * sets[j].size);
    }
  }
  return sum / pairs;
}

/** The mean of what is not NaN; NaN of nothing. */
export function meanKnown(values: Iterable<number>): number {
  let [sum, n] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
  }
  return sum / n;
}

function meanOver(list: List, of: (movie: number) => number): number {
  let sum = 0;
  for (let i = 0; i < list.length; i++) sum += of(list[i]);
  return sum / list.length;
}
