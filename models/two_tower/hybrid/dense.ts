/** The dense weights in one row, as the step has them, and back. */
import { RATING_INPUTS } from "./inputs.ts";
import type { HybridWeights } from "./weights.ts";

/** The dense weights in one row: kernel and bias of each layer of the user's tower, of the movie's, and c. */
export function denseOf({ user, movie, offset }: HybridWeights): Float32Array {
  const parts = [user, movie].flatMap(({ layers }) => layers.flatMap(({ kernel, bias }) => [kernel, bias]));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Float32Array(length + 4);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  all[at] = offset;
  return all;
}

/** Of the same places: 1 for retrieval, 2 for ratings, 0 for what stays 0 (see weights.ts). */
export function legsOf({ user, movie, split }: HybridWeights): Uint8Array {
  const legs: number[] = [];
  for (const tower of [user, movie]) {
    const [first, last] = tower.layers;
    const unseen = tower === movie ? first.inputs - RATING_INPUTS : first.inputs;
    const half = first.units / 2;
    const ofUnit = (j: number) => j < half ? 1 : 2;
    const ofColumn = (j: number) => j < split ? 1 : 2;
    for (let i = 0; i <= first.inputs; i++) {
      const isUnseen = i >= unseen && i < first.inputs;
      for (let j = 0; j < first.units; j++) legs.push(isUnseen && j < half ? 0 : ofUnit(j));
    }
    for (let i = 0; i < last.inputs; i++) {
      for (let j = 0; j < last.units; j++) legs.push(ofUnit(i) === ofColumn(j) ? ofColumn(j) : 0);
    }
    for (let j = 0; j < last.units; j++) legs.push(ofColumn(j));
  }
  return Uint8Array.from([...legs, 2, 0, 0, 0]);
}

export function weightsOf(
  like: HybridWeights,
  dense: Float32Array,
  [users, movies, bags]: Float32Array[],
): HybridWeights {
  let at = 0;
  const take = (n: number) => dense.slice(at, at += n);
  const tower = (tower: HybridWeights["user"]) => ({
    ...tower,
    layers: tower.layers.map((layer) => ({
      ...layer,
      kernel: take(layer.kernel.length),
      bias: take(layer.bias.length),
    })),
  });
  return {
    ...like,
    user: tower(like.user),
    movie: tower(like.movie),
    offset: dense[at],
    users: { ids: like.users.ids, values: users.slice() },
    movies: { ids: like.movies.ids, values: movies.slice() },
    bags: { ids: like.bags.ids, values: bags.slice() },
  };
}
