/** Plain-text tables: columns as wide as their widest cell, numbers to the right. */
import { printableLine } from "../_printable.ts";

export type Cell = string | number | null | undefined;

/** Lines of a table; a column is set to the right when all its cells are numbers or look like them. */
export function tableLines(header: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const text = rows.map((row) =>
    row.map((cell) => cell === null || cell === undefined ? "" : printableLine(String(cell)))
  );
  const widths = header.map((name, i) => Math.max(name.length, ...text.map((row) => row[i].length)));
  const right = header.map((_, i) => text.every((row) => /^[-+]?[\d,.%]*( s)?$/.test(row[i])));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ").trimEnd();
  return [line(header), widths.map((width) => "─".repeat(width)).join("  "), ...text.map(line)];
}

/** Bars ▁▂▃▄▅▆▇█ for a series; the lowest value gets the lowest bar. */
export function sparkline(values: readonly number[]): string {
  const bars = "▁▂▃▄▅▆▇█";
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values.map((value) => bars[span === 0 ? 3 : Math.round((value - low) / span * (bars.length - 1))])
    .join("");
}
