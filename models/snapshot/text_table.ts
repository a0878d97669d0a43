/** Rows of different lengths, one behind the other: where each begins, and texts packed so. */

/** One more than there are rows; the first is 0, the last the length of all. */
export function offsetsOf(rows: readonly { length: number }[]): Uint32Array {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach(({ length }, i) => offsets[i + 1] = offsets[i] + length);
  return offsets;
}

/** UTF-8 of `texts`. */
export function textTable(texts: readonly string[]): { offsets: Uint32Array; bytes: Uint8Array } {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const offsets = offsetsOf(parts);
  const bytes = new Uint8Array(offsets[texts.length]);
  parts.forEach((part, i) => bytes.set(part, offsets[i]));
  return { offsets, bytes };
}
