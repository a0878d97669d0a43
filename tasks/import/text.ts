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

/** `text` for a message: quoted, and cut at 60 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
