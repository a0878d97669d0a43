/**
 * CSV records (RFC 4180), forgiving where files in the wild are: bare quotes inside a field, `\n` or `\r\n`,
 * no newline at the end. A quote that never closes costs its own line only, not the rest of the file.
 */
import { DataError } from "./errors.ts";
import { quoted } from "./text.ts";

export interface CsvRecord {
  /** Line on which the record begins, from 1. */
  line: number;
  /** Null when the quotes do not match. */
  fields: string[] | null;
}

/** The records of `text`, empty lines included (as one empty field). */
export function* csvRecords(text: string): Generator<CsvRecord> {
  let line = 1;
  for (let at = 0; at < text.length;) {
    const record = closed(readRecord(text, at));
    const end = record?.end ?? afterLine(text, at);
    yield { line, fields: record?.fields ?? null };
    for (let feed = text.indexOf("\n", at); feed >= 0 && feed < end; feed = text.indexOf("\n", feed + 1)) {
      line++;
    }
    at = end;
  }
}

/** The fields of one line; null when its quotes do not match. */
export function csvFields(line: string): string[] | null {
  const record = closed(readRecord(line, 0));
  return record && record.end >= line.length ? record.fields : null;
}

/**
 * Where each wanted column stands in a header, by name: case, `_` and spaces do not matter.
 *
 * @throws {DataError} when one is missing or stands twice, or the lines end in a way that makes one line of all.
 */
export function columnPlaces(header: readonly string[], wanted: readonly string[], file: string): number[] {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z]/g, "");
  const found = header.map(plain);
  const places = wanted.map((name) => {
    const place = found.indexOf(plain(name));
    if (place >= 0 && place === found.lastIndexOf(plain(name))) return place;
    if (place >= 0) {
      throw new DataError(
        `Cannot read "${file}" as its line 1 should name the column ${name} once: found ${
          quoted(header.join(","))
        }`,
      );
    }
    throw new DataError(
      `Cannot read "${file}" as its line 1 should name the columns ${wanted.join(", ")}: ` +
        `found ${quoted(header.join(","))}`,
    );
  });
  if (header.some((name) => /[\r\n]/.test(name))) {
    throw new DataError(
      `Cannot read "${file}" as its lines should end with a line feed: found a carriage return alone in line 1. ` +
        `Next: tr '\\r' '\\n' < the file > a new one`,
    );
  }
  return places;
}

/** "open": its last quote does not close in `text`; "broken": something stands behind a closing quote. */
export type ReadRecord = { fields: string[]; end: number } | "open" | "broken";

/** The record that begins at `start`, its newline included. */
export function readRecord(text: string, start: number, delimiter = ","): ReadRecord {
  const fields: string[] = [];
  for (let at = start;;) {
    const field = text[at] === '"' ? quotedField(text, at) : bareField(text, at, delimiter);
    if (field === null) return "open";
    fields.push(field.value);
    at = field.end;
    if (text[at] === delimiter) at++;
    else if (at >= text.length) return { fields, end: at };
    else if (text[at] === "\n") return { fields, end: at + 1 };
    else if (text.startsWith("\r\n", at)) return { fields, end: at + 2 };
    else if (text[at] === "\r" && at + 1 === text.length) return { fields, end: at + 1 };
    else return "broken";
  }
}

function closed(record: ReadRecord): { fields: string[]; end: number } | null {
  return typeof record === "string" ? null : record;
}

function quotedField(text: string, open: number): { value: string; end: number } | null {
  for (let from = open + 1;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return null;
    if (text[quote + 1] !== '"') {
      return { value: text.slice(open + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    }
    from = quote + 2;
  }
}

function bareField(text: string, start: number, delimiter: string): { value: string; end: number } {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n") end++;
  if (text[end - 1] === "\r" && end > start && text[end] !== delimiter) end--;
  return { value: text.slice(start, end), end };
}

function afterLine(text: string, at: number): number {
  const feed = text.indexOf("\n", at);
  return feed < 0 ? text.length : feed + 1;
}
