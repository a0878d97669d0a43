/** Words that are one slip of the finger apart: what a title search looks for when it finds a word nowhere. */

/** Whether one letter more, less, other, or two swapped neighbours make `b` of `a`; false for equal words. */
export function isOneTypo(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let head = 0;
  while (head < short.length && short.charCodeAt(head) === long.charCodeAt(head)) head++;
  let tail = 0;
  const most = short.length - head;
  while (
    tail < most && short.charCodeAt(short.length - 1 - tail) === long.charCodeAt(long.length - 1 - tail)
  ) tail++;
  const differing = long.length - head - tail;
  if (differing === 1) return true;
  return differing === 2 && short.length === long.length && short[head] === long[head + 1] &&
    short[head + 1] === long[head];
}
