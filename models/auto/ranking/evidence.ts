/**
 * What the signals say of a person's unseen movies, made comparable from person to person: two numbers per signal.
 *
 *   z = sign(s) · log(1 + |s|) with s = (score − mean) / deviation,   r = −log₂(1 + rank) / 3
 *
 * Mean, deviation and rank (from 0, best first) are over the movies that the person has not seen. The rank is read
 * off a histogram of the scores: exact at the head, where scores are far apart, and a bin's middle elsewhere.
 */
import type { Retriever } from "../../model.ts";
import type { Moment } from "../../ratings.ts";

/** Numbers per signal. */
export const WIDTH = 2;
const BINS = 2048;
const LEAST_DEVIATION = 1e-12;

export interface Signal {
  readonly name: string;
  readonly retrieve: Retriever;
}

export interface Evidence {
  /** By movie [movies × signals × WIDTH]; zeros for a movie that the person has seen. */
  readonly values: Float32Array;
  /** By movie: 1 if the person has seen it. */
  readonly isSeen: Uint8Array;
}

/** Collects evidence of one person after the other; it is overwritten by the next one's. */
export function createWitness(signals: readonly Signal[], nMovies: number) {
  const width = signals.length * WIDTH;
  const scores = new Float32Array(nMovies);
  const evidence = { values: new Float32Array(nMovies * width), isSeen: new Uint8Array(nMovies) };
  const ranks = createRanks(nMovies);
  return (moment: Moment, user: number): Evidence => {
    evidence.isSeen.fill(0);
    for (const movie of moment.histories.of(user).movies) evidence.isSeen[movie] = 1;
    evidence.values.fill(0);
    signals.forEach(({ retrieve }, s) => {
      retrieve(moment, user, scores);
      const { mean, deviation } = momentsOf(scores, evidence.isSeen);
      const rankOf = ranks(scores, evidence.isSeen);
      for (let movie = 0, at = s * WIDTH; movie < nMovies; movie++, at += width) {
        if (evidence.isSeen[movie]) continue;
        const distance = (scores[movie] - mean) / deviation;
        evidence.values[at] = Math.sign(distance) * Math.log1p(Math.abs(distance));
        evidence.values[at + 1] = -Math.log2(1 + rankOf(movie)) / 3;
      }
    });
    return evidence;
  };
}

function momentsOf(scores: Float32Array, isSeen: Uint8Array): { mean: number; deviation: number } {
  let [n, sum, squares] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (isSeen[i]) continue;
    n++;
    sum += scores[i];
    squares += scores[i] * scores[i];
  }
  const mean = n === 0 ? 0 : sum / n;
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / Math.max(n, 1) - mean * mean)) + LEAST_DEVIATION,
  };
}

/** Ranks among the unseen: movies in better bins, and half of the others in one's own. */
function createRanks(nMovies: number) {
  const bins = new Uint16Array(nMovies);
  const counts = new Int32Array(BINS);
  const better = new Int32Array(BINS);
  return (scores: Float32Array, isSeen: Uint8Array): (movie: number) => number => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < nMovies; i++) {
      if (isSeen[i]) continue;
      if (scores[i] < low) low = scores[i];
      if (scores[i] > high) high = scores[i];
    }
    const scale = high > low ? (BINS - 1) / (high - low) : 0;
    counts.fill(0);
    for (let i = 0; i < nMovies; i++) {
      if (isSeen[i]) continue;
      bins[i] = (scores[i] - low) * scale;
      counts[bins[i]]++;
    }
    for (let bin = BINS - 1, n = 0; bin >= 0; n += counts[bin--]) better[bin] = n;
    return (movie) => better[bins[movie]] + (counts[bins[movie]] - 1) / 2;
  };
}
