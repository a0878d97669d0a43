/** Texts by index, and the index of a text: what users and movies are called outside, where numbers stand for them. */

import { textTable } from "./text_table.ts";

/** UTF-8 of all texts, where each begins, and their indices in the order of their bytes. */
export interface KeyColumns {
  offsets: Uint32Array; // [texts + 1]
  bytes: Uint8Array;
  order: Int32Array; // [texts]
}

export interface KeyTable {
  /** "" where there is none. */
  key(index: number): string;
  /** −1 when no index has it. */
  find(key: string): number;
}

/** Packs `keys`; equal ones give equal columns. */
export function keyColumns(keys: readonly string[]): KeyColumns {
  const { offsets, bytes } = textTable(keys);
  const texts = keys.map((_, index) => bytes.subarray(offsets[index], offsets[index + 1]));
  const order = Int32Array.from(texts.keys()).sort((a, b) => compare(texts[a], texts[b]) || a - b);
  return { offsets, bytes, order };
}

/** Opens what `keyColumns()` packed, without a copy. */
export function openKeys({ offsets, bytes, order }: KeyColumns): KeyTable {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const textOf = (index: number) => bytes.subarray(offsets[index], offsets[index + 1]);
  return {
    key: (index) => decoder.decode(textOf(index)),
    find(key) {
      const wanted = new TextEncoder().encode(key);
      let [low, high] = [0, order.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compare(textOf(order[middle]), wanted) < 0) low = middle + 1;
        else high = middle;
      }
      const isFound = wanted.length > 0 && low < order.length && compare(textOf(order[low]), wanted) === 0;
      return isFound ? order[low] : -1;
    },
  };
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
