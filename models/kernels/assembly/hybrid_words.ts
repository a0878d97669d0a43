// The words that a step of the hybrid reads: sizes, addresses and rates, in the order of the host's list
// (models/two_tower/hybrid/words.ts).

// @ts-ignore: decorator
@inline
export function word(at: usize, place: i32): i32 {
  return load<i32>(at + (<usize> place << 2));
}

// @ts-ignore: decorator
@inline
export function pointer(at: usize, place: i32): usize {
  return <usize> load<u32>(at + (<usize> place << 2));
}

// @ts-ignore: decorator
@inline
export function number(at: usize, place: i32): f32 {
  return load<f32>(at + (<usize> place << 2));
}

/** Places of the words; the host has the same list. */
export const enum Word {
  USER_INPUTS,
  MOVIE_INPUTS,
  HIDDEN,
  WIDTH,
  SPLIT,
  SHARD,
  EXTRA,
  LENGTH,
  DENSE,
  DENSE_GRADIENTS,
  DENSE_LENGTH,
  DENSE_FIRST,
  DENSE_SECOND,
  USER_X,
  MOVIE_X,
  USER_ROWS,
  MOVIE_ROWS,
  BASE,
  STARS,
  WEIGHTS,
  LOG_Q,
  BAG_STARTS,
  BAG_ROWS,
  BAG_FIRST,
  BAG_SECOND,
  BAG_SOURCES,
  USER_GRADIENTS,
  MOVIE_GRADIENTS,
  LOSSES,
  PREDICTED,
  DOTS,
  IS_TRAINING,
  N_SHARDS,
  RATING_SCALE,
  SOFTMAX_SCALE,
  RATE,
  RATING_RATE,
  EPSILON,
  DENSE_DECAY,
  DENSE_RATES,
  DROP_BELOW,
  KEPT_SCALE,
  SEED,
  TABLES,
}

/** Words of one table, from TABLES on. */
export const enum Table {
  VALUES,
  FIRST_MOMENT,
  SECOND_MOMENT,
  N_ROWS,
  REFS,
  N_REFS,
  ORDER,
  TOUCHED,
  COUNTS,
  SOURCES,
  FIRST,
  SECOND,
  GRADIENTS,
  MET,
  FIRST_DECAY,
  SECOND_DECAY,
  LENGTH,
}
