// The k best rows seen so far, the worst of them on top: f32 scores and i32 rows in two arrays, a place each.
//
// Of equal scores the lower row is the better one, in whatever order rows come.

/** Whether entry a of the heap (scores, rows) is worse than a row with this score and index. */
// @ts-ignore: decorator
@inline
export function isWorse(scores: usize, rows: usize, a: i32, score: f32, row: i32): bool {
  const other = load<f32>(scores + (<usize> a << 2));
  return other < score || (other === score && load<i32>(rows + (<usize> a << 2)) > row);
}

function put(scores: usize, rows: usize, at: i32, score: f32, row: i32): void {
  store<f32>(scores + (<usize> at << 2), score);
  store<i32>(rows + (<usize> at << 2), row);
}

function move(scores: usize, rows: usize, from: i32, to: i32): void {
  put(scores, rows, to, load<f32>(scores + (<usize> from << 2)), load<i32>(rows + (<usize> from << 2)));
}

/** Puts a row at the free place `size`, and lets it rise above better ones. */
export function siftUp(scores: usize, rows: usize, size: i32, score: f32, row: i32): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isWorse(scores, rows, parent, score, row)) break;
    move(scores, rows, parent, at);
    at = parent;
  }
  put(scores, rows, at, score, row);
}

/** Replaces the worst of `size` rows, and lets the new one sink below worse ones. */
export function siftDown(scores: usize, rows: usize, size: i32, score: f32, row: i32): void {
  let at: i32 = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    const right = child + 1;
    if (right < size) {
      const rightScore = load<f32>(scores + (<usize> right << 2));
      if (!isWorse(scores, rows, child, rightScore, load<i32>(rows + (<usize> right << 2)))) child = right;
    }
    if (!isWorse(scores, rows, child, score, row)) break;
    move(scores, rows, child, at);
    at = child;
  }
  put(scores, rows, at, score, row);
}

/** Turns the heap into a list, best first. */
export function sortHeap(scores: usize, rows: usize, size: i32): void {
  for (let last = size - 1; last > 0; last--) {
    const score = load<f32>(scores + (<usize> last << 2));
    const row = load<i32>(rows + (<usize> last << 2));
    move(scores, rows, 0, last);
    siftDown(scores, rows, last, score, row);
  }
}
