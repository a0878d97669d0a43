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
  /** By signal [signals × WIDTH × movies]: z of all movies, then r; zeros for a movie that the person has seen. */
  readonly values: Float32Array;
  /** By movie: 1 if the person has seen it. */
  readonly isSeen: Uint8Array;
}

/** Collects evidence of one person after the other; it is overwritten by the next one's. */
export function createWitness(signals: readonly Signal[], nMovies: number) {
  const scores = new Float32Array(nMovies);
  const evidence = {
    values: new Float32Array(nMovies * signals.length * WIDTH),
    isSeen: new Uint8Array(nMovies),
  };
  const rankAmong = createRanks(nMovies);
  return (moment: Moment, user: number): Evidence => {
    evidence.isSeen.fill(0);
    for (const movie of moment.histories.of(user).movies) evidence.isSeen[movie] = 1;
    evidence.values.fill(0);
    signals.forEach(({ retrieve }, s) => {
      retrieve(moment, user, scores);
      const { mean, deviation } = momentsOf(scores, evidence.isSeen);
      const rankOf = rankAmong(scores, evidence.isSeen);
      const distances = evidence.values.subarray(s * WIDTH * nMovies, (s * WIDTH + 1) * nMovies);
      const ranks = evidence.values.subarray((s * WIDTH + 1) * nMovies, (s + 1) * WIDTH * nMovies);
      for (let movie = 0; movie < nMovies; movie++) {
        if (evidence.isSeen[movie]) continue;
        const distance = (scores[movie] - mean) / deviation;
        distances[movie] = Math.sign(distance) * Math.log(1 + Math.abs(distance));
        ranks[movie] = rankOf(movie);
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

/** r among the unseen; the rank is how many stand in better bins, and half of the others in one's own. */
function createRanks(nMovies: number) {
  const bins = new Uint16Array(nMovies);
  const counts = new Int32Array(BINS);
  const marks = new Float32Array(BINS);
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
    for (let bin = BINS - 1, better = 0; bin >= 0; bin--) {
      if (counts[bin] > 0) marks[bin] = -Math.log2(1 + better + (counts[bin] - 1) / 2) / 3;
      better += counts[bin];
    }
    return (movie) => marks[bins[movie]];
  };
}
