/** An error in the manifest: where it stands, what was wanted there, and how people get to read it. */
import type { Span } from "./_yaml_fault.ts";

export interface ManifestError {
  file: string;
  /** Counted from 1, as editors do; the column in UTF-16 units. */
  line: number;
  column: number;
  /** How much of the line is wrong, from `column` on; at least 1. */
  length: number;
  /** One sentence: "Cannot read … as …". */
  message: string;
  wanted: string;
  /** What the offending key or value stands for. */
  means?: string;
  /** The right name that is closest to the one found. */
  nearest?: string;
  /** What to type when it is mended. */
  next: string;
}

const MAX_SHOWN = 20;
const MAX_WIDTH = 96;

/** Line and column of `span` in `text`, and its length within that line. */
export function positionOf(text: string, span: Span): Pick<ManifestError, "line" | "column" | "length"> {
  const start = Math.max(0, Math.min(span.start, text.length));
  const before = text.slice(0, start).split("\n");
  const column = before[before.length - 1].length + 1;
  const lineEnd = text.indexOf("\n", start);
  const end = Math.min(span.end, lineEnd < 0 ? text.length : lineEnd);
  const marked = text.slice(start, end).trimEnd();
  return { line: before.length, column, length: Math.max(1, marked.length) };
}

/** All errors as an operator reads them, in the order of their lines. `text` is the manifest's. */
export function formatManifestErrors(errors: readonly ManifestError[], text: string): string {
  const lines = text.split(/\r?\n/);
  const sorted = [...errors].sort((a, b) => a.line - b.line || a.column - b.column);
  const blocks = sorted.slice(0, MAX_SHOWN).map((error) => formatError(error, lines[error.line - 1] ?? ""));
  const left = sorted.length - blocks.length;
  if (left > 0) blocks.push(`and ${left} more`);
  return blocks.join("\n\n");
}

function formatError(error: ManifestError, line: string): string {
  const { file, column, length } = error;
  const number = String(error.line);
  const cut = Math.max(0, Math.min(column - 1 - MAX_WIDTH / 2, line.length - MAX_WIDTH));
  const shown = line.slice(cut, cut + MAX_WIDTH);
  const carets = "^".repeat(Math.max(1, Math.min(length, shown.length - (column - 1 - cut))));
  return [
    `error: ${printable(error.message)}`,
    `  at      ${file}:${error.line}:${column}`,
    `          ${number} | ${printable(shown)}`,
    `          ${" ".repeat(number.length)} | ${" ".repeat(column - 1 - cut)}${carets}`,
    `  wanted  ${printable(error.wanted)}`,
    ...(error.means ? [`  means   ${error.means}`] : []),
    ...(error.nearest ? [`  did you mean ${printable(error.nearest)}?`] : []),
    `  next    ${error.next}`,
  ].join("\n");
}

/** Without control characters: a manifest must not steer the terminal, nor a tab shift the carets. */
function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(/\p{Cc}|\p{Cf}/gu, "\u{fffd}");
}
