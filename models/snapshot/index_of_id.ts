/** Binary search: users and movies stand in ascending order of id in everything that a snapshot holds. */

/** Where `id` stands in ascending `ids`; −1 when it does not. */
export function indexOfId(ids: Int32Array, id: number): number {
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (ids[middle] === id) return middle;
    if (ids[middle] < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
