/** Lists of plain rows, whose columns are known before there are rows: as JSON, or as CSV (RFC 4180). */

export type Plain = string | number | boolean | null;
export type ListRow = Readonly<Record<string, Plain>>;

/** `rows` as CSV; the header stands over no rows, too. */
export function csvOf(columns: readonly string[], rows: readonly ListRow[]): string {
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))]
    .map((fields) => fields.map(fieldOf).join(","))
    .join("\r\n") + "\r\n";
}

/** `columns` of a row of the database as they go over the wire: times as ISO texts. */
export function plainRow(columns: readonly string[], row: Readonly<Record<string, unknown>>): ListRow {
  return Object.fromEntries(columns.map((name): [string, Plain] => {
    const value = row[name];
    if (value instanceof Date) return [name, value.toISOString()];
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      return [name, value as Plain];
    }
    throw new TypeError(`Cannot list column "${name}" as it should be plain: found ${typeof value}`);
  }));
}

function fieldOf(value: ListRow[string]): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
