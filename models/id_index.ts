/** External ids and their dense positions (0, 1, 2, … in order of first sight): what the typed arrays of `models/` are indexed by. */

/** Ids below this find their positions in an array (16 MB at most), others in a map, which takes ten times as long. */
const DIRECT_IDS = 1 << 22;

export class IdIndex {
  #ids = new Int32Array(1024);
  #size = 0;
  /** Position + 1 by id, 0 for none. */
  #places = new Int32Array(0);
  readonly #positions = new Map<number, number>();

  /** An index that holds `ids` in their order; a repeated id keeps its first place. */
  static from(ids: Iterable<number>): IdIndex {
    const index = new IdIndex();
    for (const id of ids) index.add(id);
    return index;
  }

  get size(): number {
    return this.#size;
  }

  /** External id by position [size]: a view, valid until the next `add()`. */
  get ids(): Int32Array {
    return this.#ids.subarray(0, this.#size);
  }

  /** The position of `id`; a new id takes the next one. */
  add(id: number): number {
    const known = this.get(id);
    if (known !== undefined) return known;
    const position = this.#size++;
    if (position === this.#ids.length) this.#ids = grown(this.#ids, position + 1, Int32Array);
    this.#ids[position] = id;
    if (id >= 0 && id < DIRECT_IDS) {
      if (id >= this.#places.length) this.#places = grown(this.#places, id + 1, Int32Array);
      this.#places[id] = position + 1;
    } else this.#positions.set(id, position);
    return position;
  }

  /** The position of `id`, if it has one. */
  get(id: number): number | undefined {
    if (!(id >= 0 && id < DIRECT_IDS)) return this.#positions.get(id);
    const place = id < this.#places.length ? this.#places[id] : 0;
    return place > 0 ? place - 1 : undefined;
  }
}

/** An index as those see it who don't add to it. */
export type KnownIds = Pick<IdIndex, "ids" | "size" | "get">;

/** A longer copy of `array`, zeros at its end: at least `length`, at least twice as long, so that growing stays linear. */
export function grown<A extends { readonly length: number; set(from: A): void }>(
  array: A,
  length: number,
  Type: new (length: number) => A,
): A {
  const copy = new Type(Math.max(length, 2 * array.length));
  copy.set(array);
  return copy;
}
