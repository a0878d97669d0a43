/** What `validate_rows.ts` makes of raw rows: a COPY of the sound ones, with the refused ones set aside. */
import { filter } from "./filter.ts";

export interface SoundRowsOptions {
  /** Ids of the movies that there are. */
  movies: readonly number[];
  /** As the program's argument: limits, checks, batch, lane, block. */
  args: Readonly<Record<string, unknown>>;
  signal?: AbortSignal;
  /** Called with the CSV of what a block refuses, before anything behind it comes. */
  refuse: (csv: Uint8Array) => Promise<void>;
  /** Called with each block's numbers of raw rows and of sound ones. */
  judged: (rows: number, sound: number) => void;
}

const HEAD_BYTES = 16;

/** The bytes of one binary COPY into the lake. */
export async function* soundRows(
  raw: AsyncIterable<Uint8Array>,
  { movies, args, signal, refuse, judged }: SoundRowsOptions,
): AsyncGenerator<Uint8Array> {
  const ids = new Int32Array(movies.length + 1); // no spread: an argument for each of a million is a stack overflow
  ids[0] = movies.length;
  ids.set(movies, 1);
  const input = behind(ids, raw);
  const head = new Uint8Array(HEAD_BYTES);
  let [held, lakeBytes, rejectBytes] = [0, 0, 0];
  for await (let bytes of filter("validate_rows", input, { args: [JSON.stringify(args)], signal })) {
    while (bytes.length > 0) {
      if (lakeBytes > 0) {
        const part = bytes.subarray(0, lakeBytes);
        lakeBytes -= part.length;
        bytes = bytes.subarray(part.length);
        yield part;
      } else if (rejectBytes > 0) {
        const part = bytes.subarray(0, rejectBytes);
        rejectBytes -= part.length;
        bytes = bytes.subarray(part.length);
        await refuse(part);
      } else {
        const part = bytes.subarray(0, HEAD_BYTES - held);
        head.set(part, held);
        held = (held + part.length) % HEAD_BYTES;
        bytes = bytes.subarray(part.length);
        if (held > 0) continue;
        const [rows, sound, ...sizes] = new Uint32Array(head.buffer);
        [lakeBytes, rejectBytes] = sizes;
        if (rows > 0) judged(rows, sound);
      }
    }
  }
}

async function* behind(first: Int32Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(first.buffer);
  yield* rest;
}
