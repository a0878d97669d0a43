/**
 * The rows of a COPY … TO STDOUT, taken from the socket before the driver sees them.
 *
 * The driver makes three objects and an event of every row: half a microsecond each, more than the server takes for
 * it. Here the messages of a COPY are stripped of their heads in place, 64 kB at a time, and only what is not a row of
 * it goes on to the driver.
 *
 * Format: PostgreSQL manual, "Message Formats": a byte of type, int32 length with itself, the rest.
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";

const [COPY_OUT_RESPONSE, COPY_DATA, COPY_DONE, ERROR] = [..."HdcE"].map((type) => type.charCodeAt(0));
const HEAD_BYTES = 5;
const NOTHING: Uint8Array = new Uint8Array(0);
/** Bytes that may wait for their reader before the server is held back. */
const MOST_WAITING = 1 << 20;

export class RowTap {
  readonly #socket: Socket;
  readonly #emit: Socket["emit"];
  /** Bytes of the message at hand that are still to come. */
  #left = 0;
  #isRow = false;
  /** Between a CopyOutResponse and the message that ends its COPY; notices may lie between rows. */
  #isCopying = false;
  /** The beginning of a head, from the chunk before. */
  #held = NOTHING;
  #rows: Uint8Array[] = [];
  #waiting = 0;
  #isDiscarding = false;
  #wake = () => {};

  constructor(address: { path: string } | { host: string; port: number }) {
    this.#socket = connect(address);
    this.#emit = this.#socket.emit.bind(this.#socket);
    this.#socket.emit = (event: string, ...args: unknown[]): boolean => {
      if (event === "data" && args[0] instanceof Uint8Array) {
        this.#split(args[0]);
        return true;
      }
      if (event === "close" || event === "end") this.#end();
      return this.#emit(event, ...args);
    };
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** The rows of the COPY that has been answered for, in chunks that may cut a row; ends with it, also by an error. */
  async *rows(): AsyncGenerator<Uint8Array> {
    while (this.#isCopying || this.#rows.length > 0) {
      if (this.#rows.length === 0) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const rows = this.#rows;
      [this.#rows, this.#waiting] = [[], 0];
      this.#socket.resume();
      yield* rows;
    }
  }

  /** Lets go of all rows that are still to come. */
  discard(): void {
    this.#isDiscarding = true;
    [this.#rows, this.#waiting] = [[], 0];
    this.#socket.resume();
  }

  #begin(): void {
    this.#isCopying = true;
    this.#isDiscarding = false;
    [this.#rows, this.#waiting] = [[], 0];
  }

  #end(): void {
    this.#isCopying = false;
    this.#wake();
  }

  /** Rows are moved together over their heads, in place; runs of other messages go on as they are. */
  #split(chunk: Uint8Array): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    // From `start` on lies what has not been handed on: rows up to `written`, or other messages up to `at`.
    let [at, start, written] = [0, 0, 0];
    while (at < bytes.length) {
      if (this.#left === 0) {
        if (bytes.length - at < HEAD_BYTES) break;
        const isRow = this.#isCopying && bytes[at] === COPY_DATA;
        if (isRow !== this.#isRow) {
          this.#handOn(bytes.subarray(start, this.#isRow ? written : at));
          start = written = at;
          this.#isRow = isRow;
        }
        this.#left = 1 + (bytes[at + 1] << 24 | bytes[at + 2] << 16 | bytes[at + 3] << 8 | bytes[at + 4]);
        if (isRow) {
          at += HEAD_BYTES;
          this.#left -= HEAD_BYTES;
        } else if (bytes[at] === COPY_OUT_RESPONSE) this.#begin();
        else if (bytes[at] === COPY_DONE || bytes[at] === ERROR) this.#end();
      }
      const end = Math.min(bytes.length, at + this.#left);
      if (this.#isRow) {
        bytes.copyWithin(written, at, end);
        written += end - at;
      }
      this.#left -= end - at;
      at = end;
    }
    this.#handOn(bytes.subarray(start, this.#isRow ? written : at));
    if (at < bytes.length) this.#held = bytes.slice(at);
  }

  #handOn(bytes: Uint8Array): void {
    if (this.#isRow) this.#take(bytes);
    else if (bytes.length > 0) this.#emit("data", Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  #take(rows: Uint8Array): void {
    if (rows.length === 0 || this.#isDiscarding) return;
    this.#rows.push(rows);
    if ((this.#waiting += rows.length) > MOST_WAITING) this.#socket.pause();
    this.#wake();
  }
}
