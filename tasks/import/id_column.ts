/**
 * One column of ids: the numbers themselves while all are whole, else the places of their texts.
 *
 * Whole means 0 to 2^31 − 1 as people write it, so that "007" and "7", which may be two things, stay two. The first
 * other id turns the column: what was numbered so far is numbered anew, in the order in which it came.
 */
import { MAX_INT4 } from "./fields.ts";
import { KeyIndex, LONGEST_KEY } from "./key_index.ts";

export class IdColumn {
  /** The texts by place; null: the numbers are the ids. */
  keys: KeyIndex | null = null;
  readonly #given: () => Int32Array;
  #lastKey = "";
  #lastPlace = -1;

  /** @param given the numbers that were given out so far, to be written over */
  constructor(given: () => Int32Array) {
    this.#given = given;
  }

  /** The number of `text`, which `problemOfKey()` finds nothing wrong with. */
  number(text: string): number {
    if (this.keys === null) {
      const whole = wholeNumber(text);
      if (whole >= 0) return whole;
      this.keys = keysOf(this.#given());
    }
    if (text !== this.#lastKey) {
      this.#lastPlace = this.keys.add(text);
      this.#lastKey = text;
    }
    return this.#lastPlace;
  }

  /** What people know the number as. */
  text(number: number): string {
    return this.keys === null ? String(number) : this.keys.key(number);
  }
}

/** Turns `numbers`, in place, into places of their texts. */
export function keysOf(numbers: Int32Array): KeyIndex {
  const keys = new KeyIndex();
  for (let row = 0; row < numbers.length; row++) numbers[row] = keys.add(String(numbers[row]));
  return keys;
}

/** What is wrong with `text` as an id; null: nothing. */
export function problemOfKey(text: string): string | null {
  if (text === "") return "is empty";
  if (text.length > LONGEST_KEY) return `is longer than ${LONGEST_KEY} characters`;
  return text.includes("\0") ? "holds a NUL character" : null;
}

/** −1 when `text` is no whole number of 0 to 2^31 − 1 in its plain form. */
function wholeNumber(text: string): number {
  if (text.length > 10 || text.length === 0 || text.charCodeAt(0) === 48 && text.length > 1) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= MAX_INT4 ? value : -1;
}
