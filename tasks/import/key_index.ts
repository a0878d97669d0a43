/**
 * Distinct texts, each with its place in the order in which they came: the ids of data sets whose ids are no numbers.
 *
 * UTF-8 bytes in one growing array, found by open addressing (FNV-1a, Fowler, Noll, Vo), all of it outside the
 * JavaScript heap: a key costs its bytes and 12 to 24 more, up to twice its bytes after a growth: ten million of 45
 * characters took 0.9 GB (a Map ends at 16.7 million).
 */
import { DataError } from "./errors.ts";

/** Bytes of all keys together. */
const MAX_BYTES = 2 ** 31;
/** Characters of a key; PostgreSQL's indexes hold 2,700 bytes. */
export const LONGEST_KEY = 200;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class KeyIndex {
  size = 0;
  #bytes = new Uint8Array(1 << 16);
  #starts = new Uint32Array(1 << 10); // [size + 1]
  /** Place + 1 by hash; 0: free. */
  #slots = new Int32Array(1 << 11);

  /** The place of `key`, which is new or known. */
  add(key: string): number {
    const end = this.#write(key);
    const slot = this.#slotOf(end);
    if (this.#slots[slot] > 0) return this.#slots[slot] - 1;
    const place = this.size++;
    this.#slots[slot] = place + 1;
    if (this.size + 1 > this.#starts.length) this.#starts = grown(this.#starts, Uint32Array);
    this.#starts[this.size] = end;
    if (2 * this.size > this.#slots.length) this.#rehash();
    return place;
  }

  /** The place of `key`; −1 when it never came. */
  find(key: string): number {
    return this.#slots[this.#slotOf(this.#write(key))] - 1;
  }

  key(place: number): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[place], this.#starts[place + 1]));
  }

  /** Writes `key` behind the last one, without keeping it; returns where it ends. */
  #write(key: string): number {
    const start = this.#starts[this.size];
    const most = start + 3 * key.length;
    if (most > MAX_BYTES) {
      throw new DataError(
        `Cannot number these ids as their texts may take ${MAX_BYTES} bytes: found ${this.size} different ones`,
      );
    }
    while (this.#bytes.length < most) this.#bytes = grown(this.#bytes, Uint8Array);
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i);
      if (code > 127) return start + encoder.encodeInto(key, this.#bytes.subarray(start)).written;
      this.#bytes[start + i] = code;
    }
    return start + key.length;
  }

  /** Where the key that ends at `end`, behind the last one, stands or would stand. */
  #slotOf(end: number): number {
    const start = this.#starts[this.size];
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.#bytes, start, end) & mask;
    for (; this.#slots[slot] > 0; slot = (slot + 1) & mask) {
      if (this.#equals(this.#slots[slot] - 1, start, end)) return slot;
    }
    return slot;
  }

  #equals(place: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    let known = this.#starts[place];
    if (this.#starts[place + 1] - known !== end - start) return false;
    for (let i = start; i < end; i++) if (bytes[i] !== bytes[known++]) return false;
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let place = 0; place < this.size; place++) {
      let slot = hashOf(this.#bytes, this.#starts[place], this.#starts[place + 1]) & mask;
      while (this.#slots[slot] > 0) slot = (slot + 1) & mask;
      this.#slots[slot] = place + 1;
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return (hash ^ hash >>> 15) >>> 0;
}

/** `array` with room for twice as much; `transfer()` leaves no copy to collect. */
function grown<A>(
  array: { buffer: ArrayBuffer; byteLength: number },
  kind: new (buffer: ArrayBuffer) => A,
): A {
  return new kind(array.buffer.transfer(2 * array.byteLength));
}
