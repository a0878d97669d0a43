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

const [CR, LF, SPACE, COLON] = [13, 10, 32, 58];

/** Null while the head is not whole. @throws {SyntaxError} when the bytes are no answer. */
export function answerIn(bytes: Uint8Array, filled: number): FoundAnswer | null {
  let [length, isChunked, isLast] = [-1, false, false];
  let head = 0;
  // One look at each line: that is most of what a client does beside its calls to the system.
  for (let at = lineAfter(bytes, 0, filled), next = 0; head === 0; at = next) {
    next = at && lineAfter(bytes, at, filled);
    if (next === 0) return null;
    // Only these three matter, and all others are skipped by their first letter.
    const first = bytes[at] | 32;
    if (bytes[at] === CR) head = next;
    else if (first === 99 && isNamed(bytes, at, "content-length")) length = numberOf(bytes, at);
    else if (first === 99 && isNamed(bytes, at, "connection")) isLast = valueOf(bytes, at) === "close";
    else if (first === 116 && isNamed(bytes, at, "transfer-encoding")) isChunked = true;
  }
  const status = 100 * (bytes[9] - 48) + 10 * (bytes[10] - 48) + (bytes[11] - 48);
  if (!(status >= 100 && status < 600)) throw new SyntaxError("Cannot read what is no answer of HTTP/1.1");
  const isBodiless = status === 204 || status === 304 || status < 200;
  const end = isBodiless ? head : isChunked ? endOfChunks(bytes, head, filled) : head + Math.max(0, length);
  return { status, isLast, end, body: head };
}

/** Where the line after the one at `at` begins; 0: its end has not come yet. */
function lineAfter(bytes: Uint8Array, at: number, filled: number): number {
  // Lines are short: a call of indexOf() takes longer.
  while (at < filled && bytes[at] !== LF) at++;
  return at < filled ? at + 1 : 0;
}

function isNamed(bytes: Uint8Array, at: number, name: string): boolean {
  if (bytes[at + name.length] !== COLON) return false;
  for (let i = 0; i < name.length; i++) if ((bytes[at + i] | 32) !== (name.charCodeAt(i) | 32)) return false;
  return true;
}

/** The digits behind the colon of the line at `at`, as a number. */
function numberOf(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (at = bytes.indexOf(COLON, at) + 1; bytes[at] >= SPACE; at++) {
    const digit = bytes[at] - 48;
    if (digit >= 0 && digit <= 9) number = 10 * number + digit;
  }
  return number;
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
