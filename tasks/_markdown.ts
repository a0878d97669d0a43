/** Tables in Markdown. */

/** Lines of a table; bars in cells are escaped. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)];
}

/** A value of a config as a cell. */
export function formatCell(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
