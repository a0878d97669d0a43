/** Bytes read into given memory, shared or not, with their hash taken on the way: a snapshot is looked through once. */
import { createHash } from "node:crypto";

/** An open file, as far as it is read here. */
export interface ByteSource {
  /** Reads some bytes into `into`; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

/** Enough for the disk to be busy, little enough for nobody to wait while a piece is hashed. */
const PIECE = 1 << 21;

/**
 * Fills `into` from `source`, and returns the hex sha256 of what was read. While a piece is hashed, the next is read;
 * `pause` is awaited after each, for others who need the processor.
 *
 * @throws {SyntaxError} when `source` has fewer or more bytes than `into`.
 */
export async function readHashed(
  source: ByteSource,
  into: Uint8Array,
  { pause }: { pause?: () => Promise<void> } = {},
): Promise<string> {
  const hash = createHash("sha256");
  let hashed = 0;
  let filled = 0;
  for (;;) {
    const room = into.subarray(filled, filled + PIECE);
    // A byte of room beyond the end tells whether the file ends there as well.
    const reading = source.read(room.length > 0 ? room : new Uint8Array(1));
    if (hashed < filled) hash.update(into.subarray(hashed, filled));
    hashed = filled;
    await pause?.();
    const n = await reading;
    if (n === null) break;
    filled += n;
    if (filled > into.length) break;
  }
  if (filled === into.length) return hash.digest("hex");
  const found = filled > into.length ? "more" : `${filled}`;
  throw new SyntaxError(`Cannot read the file as it should have ${into.length} bytes: found ${found}`);
}
