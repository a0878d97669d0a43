/** The answer to one HTTP/1.1 request, found in the bytes that have come so far. */

export interface FoundAnswer {
  status: number;
  /** Whether the server closes the connection after it. */
  isLast: boolean;
  /** Where the answer ends; Infinity: more has to come. */
  end: number;
  /** Where its body begins. */
  body: number;
}

const [CR, LF, COLON] = [13, 10, 58];

/** Null while the head is not whole. @throws {SyntaxError} when the bytes are no answer. */
export function answerIn(bytes: Uint8Array, filled: number): FoundAnswer | null {
  const head = endOfHead(bytes, filled);
  if (head === -1) return null;
  const status = 100 * (bytes[9] - 48) + 10 * (bytes[10] - 48) + (bytes[11] - 48);
  if (!(status >= 100 && status < 600)) throw new SyntaxError("Cannot read what is no answer of HTTP/1.1");
  let [length, isChunked, isLast] = [-1, false, false];
  for (let at = nextLine(bytes, 0); at < head - 2; at = nextLine(bytes, at)) {
    // Only these three matter, and all others are skipped by their first letter.
    const first = bytes[at] | 32;
    if (first === 99 && isNamed(bytes, at, "content-length")) length = Number(valueOf(bytes, at));
    else if (first === 99 && isNamed(bytes, at, "connection")) isLast = valueOf(bytes, at) === "close";
    else if (first === 116 && isNamed(bytes, at, "transfer-encoding")) isChunked = true;
  }
  const isBodiless = status === 204 || status === 304 || status < 200;
  const end = isBodiless ? head : isChunked ? endOfChunks(bytes, head, filled) : head + Math.max(0, length);
  return { status, isLast, end, body: head };
}

function endOfHead(bytes: Uint8Array, filled: number): number {
  for (let at = bytes.indexOf(CR); at !== -1 && at + 3 < filled; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
  }
  return -1;
}

const nextLine = (bytes: Uint8Array, at: number) => bytes.indexOf(LF, at) + 1;

function isNamed(bytes: Uint8Array, at: number, name: string): boolean {
  if (bytes[at + name.length] !== COLON) return false;
  for (let i = 0; i < name.length; i++) if ((bytes[at + i] | 32) !== (name.charCodeAt(i) | 32)) return false;
  return true;
}

/** What stands behind the colon of the line at `at`, in lower case. */
function valueOf(bytes: Uint8Array, at: number): string {
  const from = bytes.indexOf(COLON, at) + 1;
  return String.fromCharCode(...bytes.subarray(from, bytes.indexOf(CR, from))).trim().toLowerCase();
}

function endOfChunks(bytes: Uint8Array, from: number, filled: number): number {
  for (let at = from;;) {
    const line = bytes.indexOf(CR, at);
    if (line === -1 || line + 1 >= filled) return Infinity;
    const size = parseInt(String.fromCharCode(...bytes.subarray(at, line)), 16);
    at = line + 2 + size + 2;
    if (size === 0) return at <= filled ? at : Infinity;
    if (at >= filled) return Infinity;
  }
}
