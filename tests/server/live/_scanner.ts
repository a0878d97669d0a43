/** Another thread: opens the vectors that it is sent, and lists for every query, over and over. */
import { openVectors, type SharedVectors } from "../../../server/live/shared_vectors.ts";

export interface Work {
  vectors: SharedVectors;
  queries: Float32Array;
}

const scope = globalThis as unknown as {
  postMessage(message: number[][]): void;
  onmessage: (event: MessageEvent<Work>) => void;
};

scope.onmessage = ({ data: { vectors, queries } }) => {
  const { scan, dimension } = openVectors(vectors);
  const lists: number[][] = [];
  for (let round = 0; round < 100; round++) {
    for (let at = 0; at < queries.length; at += dimension) {
      lists[at / dimension] = [...scan.top(queries.subarray(at, at + dimension), { k: 20 }).rows];
    }
  }
  scope.postMessage(lists);
};
