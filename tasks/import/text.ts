/** Bytes of unknown encoding as text: MovieLens is UTF-8 in its CSV files and Latin-1 in its `.dat` files. */

const UTF_8 = new TextDecoder("utf-8", { fatal: true });
const LATIN_1 = new TextDecoder("latin1");
const LINE_FEED = 10;

/** One line: UTF-8 where it is valid, else Latin-1. A leading byte order mark goes. */
export function decodeLine(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return LATIN_1.decode(bytes);
  }
}

/** A whole file, decided line by line when it is not all UTF-8, so that one odd byte spoils one line only. */
export function decodeFile(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    const lines: string[] = [];
    for (let from = 0; from <= bytes.length;) {
      const found = bytes.indexOf(LINE_FEED, from);
      const to = found < 0 ? bytes.length : found;
      lines.push(decodeLine(bytes.subarray(from, to)));
      from = to + 1;
    }
    return lines.join("\n");
  }
}

/** What `bytes` are written in, for people. */
export function encodingOf(bytes: Uint8Array): string {
  try {
    UTF_8.decode(bytes);
  } catch {
    return encodingName({ hasMark: hasMark(bytes), isMixed: true });
  }
  return encodingName({ hasMark: hasMark(bytes), isMixed: false });
}

export function encodingName({ hasMark, isMixed }: { hasMark: boolean; isMixed: boolean }): string {
  const name = isMixed ? "Latin-1, line by line" : "UTF-8";
  return hasMark ? `${name}, with a byte order mark` : name;
}

/** Whether `bytes` begin with UTF-8's byte order mark. */
export function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Whether `text`, decoded from `bytes`, had to be read as Latin-1: a character a byte, and not all ASCII. */
export function isLatin1(bytes: Uint8Array, text: string): boolean {
  return text.length === bytes.length && /[\x80-\xff]/.test(text);
}

/** `text` for a message: quoted, and cut at 60 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
