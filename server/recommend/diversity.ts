/**
 * Maximal marginal relevance: a list whose movies are good and unlike each other.
 *
 *   next = argmax_{i ∉ S} (1 − λ) · rel(i) − λ · max_{j ∈ S} sim(i, j)
 *
 * (Carbonell & Goldstein 1998; their λ is 1 − ours.) rel is the score moved onto [0, 1] over the candidates, so that
 * λ means the same for cosines and for counts. λ = 0 is the list by score, λ = 1 looks at scores for the first movie
 * and for ties only.
 */

/** How alike two movies are, at most 1. */
export type Similarity = (a: number, b: number) => number;

export interface DiversityOptions {
  /** λ, 0 to 1. */
  lambda: number;
  /** Length of the list. */
  n: number;
  similarity: Similarity;
}

/** `n` of `candidates` (best first), reordered. O(n · candidates) similarities. */
export function diversify<C extends { movie: number; rankingScore: number }>(
  candidates: readonly C[],
  { lambda, n, similarity }: DiversityOptions,
): C[] {
  if (lambda === 0) return candidates.slice(0, n);
  const relevance = onUnitScale(candidates.map(({ rankingScore }) => rankingScore));
  const nearest = new Float64Array(candidates.length).fill(-Infinity); // max_{j ∈ S} sim(i, j)
  const isChosen = new Uint8Array(candidates.length);
  const list: C[] = [];
  while (list.length < Math.min(n, candidates.length)) {
    let best = -1;
    let bestValue = -Infinity;
    for (let i = 0; i < candidates.length; i++) {
      if (isChosen[i]) continue;
      const last = list.at(-1);
      if (last) nearest[i] = Math.max(nearest[i], similarity(candidates[i].movie, last.movie));
      // The first movie is the best one, whatever λ is.
      const value = last ? (1 - lambda) * relevance[i] - lambda * nearest[i] : relevance[i];
      if (value <= bestValue) continue; // candidates stand best first, ties by id
      best = i;
      bestValue = value;
    }
    isChosen[best] = 1;
    list.push(candidates[best]);
  }
  return list;
}

function onUnitScale(scores: readonly number[]): Float64Array {
  const least = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  return Float64Array.from(scores, (score) => most > least ? (score - least) / (most - least) : 1);
}
