// One step of the hybrid two-tower (see models/two_tower/hybrid), whole: towers, embeddings, both objectives, updates.
//
// What it works on stands in a table of words, written by the host (models/two_tower/hybrid/step.ts names the places).
// It is a program of two phases, so that it does not matter which thread runs which chunk:
//
//   forward   chunks 0 to 2 sort the references to a table's rows, chunk 3 + s runs shard s forward and back
//   update    chunks 0 to 15 sum the dense gradients over shards in order, and take Adam's step; of the others sixteen
//             for each table take a lazy Adam's step on the rows that the batch met

import { adamEach, addBag, addRow, partStart, sortByRow, updateRows } from "./embeddings";
import { gemm } from "./gemm";
import { backward, forward } from "./hybrid_towers";
import { number, pointer, Table, word, Word } from "./hybrid_words";
import { sampledSoftmax } from "./sampled_softmax";
import { address, count, shard as chunkAtHand } from "./state";

/** Chunks of the dense weights, and of each table. */
const CHUNKS: i32 = 16;
const TABLES: i32 = 3;
/** Of the examples that nothing is to be found in, one in so many gets its retrieval vector in training, for its dots. */
const SHOWN: i32 = 4;

function dotOf(x: usize, y: usize, n: i32): f32 {
  let lanes = f32x4.splat(0);
  for (let i: usize = 0, end = <usize> n << 2; i < end; i += 16) {
    lanes = f32x4.add(lanes, f32x4.mul(v128.load(x + i), v128.load(y + i)));
  }
  return f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + f32x4.extract_lane(lanes, 2) +
    f32x4.extract_lane(lanes, 3);
}

/** Dropout of one example's vector: the mask [bytes], 0 or 1 / (1 − rate), is drawn by a hash of seed, example and column. */
function silence(at: usize, example: i32, vector: usize, mask: usize, bytes: usize): void {
  const below = i32x4.splat(word(at, Word.DROP_BELOW));
  const kept = f32x4.splat(number(at, Word.KEPT_SCALE));
  const seed = i32x4.splat(word(at, Word.SEED) + example * 0x9e3779b1);
  let column = i32x4(1, 2, 3, 4);
  for (let i: usize = 0; i < bytes; i += 16, column = i32x4.add(column, i32x4.splat(4))) {
    let h = v128.xor(seed, i32x4.mul(column, i32x4.splat(0x85ebca6b)));
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(0x7feb352d));
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x846ca68b));
    const isKept = i32x4.ge_s(i32x4.shr_u(v128.xor(h, i32x4.shr_u(h, 16)), 8), below);
    v128.store(mask + i, v128.and(kept, isKept));
  }
  multiply(vector, mask, bytes);
}

function multiply(vector: usize, by: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(vector + i, f32x4.mul(v128.load(vector + i), v128.load(by + i)));
  }
}

function fillNumbers(to: usize, start: i32, end: i32, value: i32): void {
  for (let k = start; k < end; k++) store<i32>(to + (<usize> k << 2), value);
}

/** Up to where there is something to be found: rows from there on learn nothing of retrieval. */
function findings(weights: usize, n: i32): i32 {
  while (n > 0 && load<f32>(weights + (<usize> (n - 1) << 2)) == 0) n--;
  return n;
}

/** Forward, losses and gradients of shard `shard`; `room` is the thread's own. */
function examples(at: usize, shard: i32, room: usize): void {
  const S = word(at, Word.SHARD);
  const from = shard * S;
  const n = min(S, word(at, Word.LENGTH) - from);
  const perShard = S + word(at, Word.EXTRA);
  const isTraining = word(at, Word.IS_TRAINING) != 0;
  const movies = isTraining ? n + word(at, Word.EXTRA) : n;
  const h = word(at, Word.HIDDEN);
  const d = word(at, Word.WIDTH);
  const split = word(at, Word.SPLIT);
  const nUser = word(at, Word.USER_INPUTS);
  const nMovie = word(at, Word.MOVIE_INPUTS);
  const userWeights = pointer(at, Word.DENSE);
  const userLength = (nUser * h + h + h * d + d) << 2;
  const movieWeights = userWeights + <usize> userLength;
  const movieLength = (nMovie * h + h + h * d + d) << 2;
  const offset = load<f32>(movieWeights + <usize> movieLength);

  // Room: hidden of users, of movies, their gradient, both vectors, logits, panels.
  const hiddenUser = room;
  const hiddenMovie = hiddenUser + (<usize> (S * h) << 2);
  const hiddenGradient = hiddenMovie + (<usize> (perShard * h) << 2);
  const users = hiddenGradient + (<usize> (perShard * h) << 2);
  const moviesAt = users + (<usize> (S * d) << 2);
  const logits = moviesAt + (<usize> (perShard * d) << 2);
  const masks = logits + (<usize> (S * perShard) << 2);
  const work = masks + (<usize> (S * split) << 2);

  const userX = pointer(at, Word.USER_X) + (<usize> from * <usize> nUser << 2);
  const movieX = pointer(at, Word.MOVIE_X) + (<usize> shard * <usize> perShard * <usize> nMovie << 2);
  const userRows = pointer(at, Word.USER_ROWS) + (<usize> from << 2);
  const movieRows = pointer(at, Word.MOVIE_ROWS) + (<usize> (shard * perShard) << 2);
  const weights = pointer(at, Word.WEIGHTS) + (<usize> from << 2);
  const found = isTraining ? findings(weights, n) : n;
  const shown = isTraining ? found + (n - found + SHOWN - 1) / SHOWN : n;
  forward(at, userX, nUser, userWeights, hiddenUser, users, shown, n, work);
  forward(at, movieX, nMovie, movieWeights, hiddenMovie, moviesAt, movies, n, work);
  const tables = at + (<usize> Word.TABLES << 2);
  const tableBytes: usize = <usize> Table.LENGTH << 2;
  const stride = <usize> d << 2;
  const bagStarts = pointer(at, Word.BAG_STARTS) + (<usize> from << 2);
  for (let i = 0; i < n; i++) {
    const out = users + <usize> i * stride;
    addRow(pointer(tables, Table.VALUES), load<i32>(userRows + (<usize> i << 2)), out, d);
    const start = load<i32>(bagStarts + (<usize> i << 2));
    const end = load<i32>(bagStarts + (<usize> i << 2) + 4);
    const skip = <usize> start << 2;
    if (isTraining) fillNumbers(pointer(at, Word.BAG_SOURCES), start, end, from + i);
    if (i >= shown) memory.fill(pointer(at, Word.BAG_FIRST) + skip, 0, <usize> (end - start) << 2);
    addBag(
      pointer(tables + 2 * tableBytes, Table.VALUES),
      pointer(at, Word.BAG_ROWS) + skip,
      pointer(at, Word.BAG_FIRST) + skip,
      pointer(at, Word.BAG_SECOND) + skip,
      end - start,
      out,
      d,
      split,
    );
  }
  for (let j = 0; j < movies; j++) {
    addRow(
      pointer(tables + tableBytes, Table.VALUES),
      load<i32>(movieRows + (<usize> j << 2)),
      moviesAt + <usize> j * stride,
      d,
    );
  }

  const userGradients = pointer(at, Word.USER_GRADIENTS) + <usize> from * stride;
  const movieGradients = pointer(at, Word.MOVIE_GRADIENTS) + <usize> (shard * perShard) * stride;
  memory.fill(userGradients, 0, <usize> n * stride);
  memory.fill(movieGradients, 0, <usize> movies * stride);
  const losses = pointer(at, Word.LOSSES) + (<usize> shard << 4);
  const scale = number(at, Word.RATING_SCALE);
  const cut = <usize> split << 2;
  let squares: f64 = 0;
  let offsetGradient: f32 = 0;
  for (let i = 0; i < n; i++) {
    const place = <usize> (from + i) << 2;
    const user = users + <usize> i * stride;
    const movie = moviesAt + <usize> i * stride;
    const predicted = load<f32>(pointer(at, Word.BASE) + place) + offset + dotOf(user + cut, movie + cut, d - split);
    store<f32>(pointer(at, Word.PREDICTED) + place, predicted);
    store<f32>(pointer(at, Word.DOTS) + place, i < shown ? dotOf(user, movie, split) : <f32> NaN);
    const error = predicted - load<f32>(pointer(at, Word.STARS) + place);
    squares += <f64> error * <f64> error;
    const g = f32x4.splat(scale * error);
    offsetGradient += scale * error;
    for (let k = cut; k < stride; k += 16) {
      v128.store(userGradients + <usize> i * stride + k, f32x4.mul(g, v128.load(movie + k)));
      v128.store(movieGradients + <usize> i * stride + k, f32x4.mul(g, v128.load(user + k)));
    }
  }
  store<f64>(losses, squares);
  if (!isTraining) return;

  for (let i = 0; i < found; i++) {
    silence(at, from + i, users + <usize> i * stride, masks + <usize> i * cut, cut);
  }
  gemm(2, found, movies, split, users, d, moviesAt, d, logits, movies, 0, work);
  const logQ = pointer(at, Word.LOG_Q) + (<usize> (shard * perShard) << 2);
  store<f64>(
    losses + 8,
    sampledSoftmax(logits, found, movies, movieRows, logQ, weights, number(at, Word.SOFTMAX_SCALE)),
  );
  gemm(0, found, split, movies, logits, movies, moviesAt, d, userGradients, d, 1, work);
  gemm(1, movies, split, found, logits, movies, users, d, movieGradients, d, 1, work);
  for (let i = 0; i < found; i++) {
    multiply(userGradients + <usize> i * stride, masks + <usize> i * cut, cut);
  }
  const bags = load<i32>(bagStarts + (<usize> found << 2));
  const bagsEnd = load<i32>(bagStarts + (<usize> shown << 2));
  memory.fill(pointer(at, Word.BAG_FIRST) + (<usize> bags << 2), 0, <usize> (bagsEnd - bags) << 2);

  const gradients = pointer(at, Word.DENSE_GRADIENTS) + (<usize> (shard * word(at, Word.DENSE_LENGTH)) << 2);
  backward(at, userX, nUser, userWeights, hiddenUser, userGradients, found, n, gradients, hiddenGradient, work);
  backward(
    at, movieX, nMovie, movieWeights, hiddenMovie, movieGradients, movies, n, gradients + <usize> userLength,
    hiddenGradient, work,
  );
  const last = gradients + <usize> userLength + <usize> movieLength;
  v128.store(last, f32x4.replace_lane(f32x4.splat(0), 0, offsetGradient));
}

/** Sorts the references of table 0 (users), 1 (movies) or 2 (bags) by row. */
function sort(at: usize, table: i32): void {
  const t = at + (<usize> Word.TABLES << 2) + <usize> table * (<usize> Table.LENGTH << 2);
  const met = sortByRow(
    pointer(t, Table.REFS),
    word(t, Table.N_REFS),
    pointer(t, Table.ORDER),
    pointer(t, Table.TOUCHED),
    pointer(t, Table.COUNTS),
  );
  store<i32>(t + (<usize> Table.MET << 2), met);
}

/** Part `chunk` of the dense weights: gradients summed over shards in order (into shard 0's), Adam. */
function updateDense(at: usize, chunk: i32): void {
  const length = word(at, Word.DENSE_LENGTH);
  const from = <usize> (length / 4 * chunk / CHUNKS) << 4;
  const to = <usize> (length / 4 * (chunk + 1) / CHUNKS) << 4;
  const gradients = pointer(at, Word.DENSE_GRADIENTS);
  const shards = word(at, Word.N_SHARDS);
  for (let shard = 1; shard < shards; shard++) {
    const other = gradients + (<usize> (shard * length) << 2);
    for (let i = from; i < to; i += 16) {
      v128.store(gradients + i, f32x4.add(v128.load(gradients + i), v128.load(other + i)));
    }
  }
  adamEach(
    pointer(at, Word.DENSE) + from,
    pointer(at, Word.DENSE_FIRST) + from,
    pointer(at, Word.DENSE_SECOND) + from,
    gradients + from,
    <i32> ((to - from) >> 2),
    pointer(at, Word.DENSE_RATES) + from,
    number(at, Word.EPSILON),
    number(at, Word.DENSE_DECAY),
  );
}

/** Part `chunk` of the rows that the batch met in table 0, 1 or 2. */
function updateTable(at: usize, table: i32, chunk: i32, room: usize): void {
  const t = at + (<usize> Word.TABLES << 2) + <usize> table * (<usize> Table.LENGTH << 2);
  const met = word(t, Table.MET);
  const touched = pointer(t, Table.TOUCHED);
  updateRows(
    pointer(t, Table.VALUES),
    pointer(t, Table.FIRST_MOMENT),
    pointer(t, Table.SECOND_MOMENT),
    pointer(t, Table.ORDER),
    touched,
    partStart(touched, met, chunk, CHUNKS),
    partStart(touched, met, chunk + 1, CHUNKS),
    pointer(t, Table.SOURCES),
    pointer(t, Table.FIRST),
    pointer(t, Table.SECOND),
    pointer(t, Table.GRADIENTS),
    room,
    word(at, Word.WIDTH),
    word(at, Word.SPLIT),
    number(at, Word.RATE),
    number(at, Word.RATING_RATE),
    number(at, Word.EPSILON),
    number(t, Table.FIRST_DECAY),
    number(t, Table.SECOND_DECAY),
  );
}

/** [phase, address of the words, room of a thread] */
export function hybrid(): void {
  const at = address(1);
  const room = address(2);
  const chunk = chunkAtHand;
  if (count(0) == 0) {
    if (chunk >= TABLES) examples(at, chunk - TABLES, room);
    else if (word(at, Word.IS_TRAINING)) sort(at, chunk);
  } else if (chunk < CHUNKS) updateDense(at, chunk);
  else updateTable(at, chunk / CHUNKS - 1, chunk % CHUNKS, room);
}
