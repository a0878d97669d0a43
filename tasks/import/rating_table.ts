/**
 * Ratings as growing typed columns: 20 bytes a row, so that 32 million of them take 0.6 GB.
 *
 * Stars are kept in 32-bit floats and times in 32-bit whole seconds until a value does not fit exactly (4.1
 * stars, NaN is fine, the year 2999, half a second); then that column widens to 64-bit floats. Nothing is
 * rounded: the archive keeps values as received.
 */

import { DataError } from "./errors.ts";

const FIRST_CAPACITY = 1 << 16;

export class RatingTable {
  n = 0;
  userId = new Int32Array(FIRST_CAPACITY);
  movieId = new Int32Array(FIRST_CAPACITY);
  rating: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> = new Float32Array(FIRST_CAPACITY);
  /** Seconds since 1970. */
  ratedAt: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> = new Uint32Array(FIRST_CAPACITY);
  /** Line of the file, from 1. */
  line = new Int32Array(FIRST_CAPACITY);

  push(userId: number, movieId: number, rating: number, ratedAt: number, line: number): void {
    const row = this.n;
    if (row === this.line.length) this.#grow(2 * row);
    this.userId[row] = userId;
    this.movieId[row] = movieId;
    this.line[row] = line;
    this.rating[row] = rating;
    if (this.rating[row] !== rating && rating === rating) {
      this.rating = new Float64Array(this.rating);
      this.rating[row] = rating;
    }
    this.ratedAt[row] = ratedAt;
    if (this.ratedAt[row] !== ratedAt) {
      this.ratedAt = new Float64Array(this.ratedAt);
      this.ratedAt[row] = ratedAt;
    }
    this.n = row + 1;
  }

  /** Adds the rows of `other`, whose stars and times must fit these columns. */
  append(other: RatingTable): void {
    const { n } = other;
    while (this.line.length < this.n + n) this.#grow(2 * this.line.length);
    this.userId.set(other.userId.subarray(0, n), this.n);
    this.movieId.set(other.movieId.subarray(0, n), this.n);
    this.rating.set(other.rating.subarray(0, n), this.n);
    this.ratedAt.set(other.ratedAt.subarray(0, n), this.n);
    this.line.set(other.line.subarray(0, n), this.n);
    this.n += n;
  }

  /** @throws {DataError} when the system has no memory for them. */
  #grow(capacity: number): void {
    try {
      this.#moveTo(capacity);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new DataError(
        `Cannot read so many ratings as ${capacity} need more memory than there is: found ${this.n} so far. ` +
          "Next: a machine with more memory, or a part of the data",
        { cause },
      );
    }
  }

  /** `transfer()` moves the memory on and leaves no copy to collect. */
  #moveTo(capacity: number): void {
    const moved = (column: { buffer: ArrayBuffer; BYTES_PER_ELEMENT: number }) =>
      column.buffer.transfer(capacity * column.BYTES_PER_ELEMENT);
    this.userId = new Int32Array(moved(this.userId));
    this.movieId = new Int32Array(moved(this.movieId));
    this.line = new Int32Array(moved(this.line));
    this.rating = this.rating instanceof Float32Array
      ? new Float32Array(moved(this.rating))
      : new Float64Array(moved(this.rating));
    this.ratedAt = this.ratedAt instanceof Uint32Array
      ? new Uint32Array(moved(this.ratedAt))
      : new Float64Array(moved(this.ratedAt));
  }
}
