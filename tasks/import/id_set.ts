/** A set of ids from 0 to 2^31 − 1 in pages of bits: 268 MB at worst, where a Set would end at 16.7 million. */
const PAGE_BITS = 16;

export class IdSet {
  size = 0;
  readonly #pages: (Uint32Array | undefined)[] = [];

  add(id: number): void {
    const page = this.#pages[id >>> PAGE_BITS] ??= new Uint32Array(1 << (PAGE_BITS - 5));
    const word = (id & 0xffff) >>> 5;
    const bit = 1 << (id & 31);
    if (page[word] & bit) return;
    page[word] |= bit;
    this.size++;
  }

  has(id: number): boolean {
    const page = this.#pages[id >>> PAGE_BITS];
    return page !== undefined && (page[(id & 0xffff) >>> 5] & (1 << (id & 31))) !== 0;
  }
}
