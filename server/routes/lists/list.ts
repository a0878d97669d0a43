/** A list of plain rows, which all have the same fields: as JSON, or as CSV (RFC 4180). */

export type ListRow = Readonly<Record<string, string | number | boolean | null>>;

/** `rows` as CSV with a header; of no rows, nothing. */
export function csvOf(rows: readonly ListRow[]): string {
  if (rows.length === 0) return "";
  const names = Object.keys(rows[0]);
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((fields) => fields.map(fieldOf).join(","))
    .join("\r\n") + "\r\n";
}

function fieldOf(value: ListRow[string]): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row of the database as it goes over the wire: times as ISO texts, what is no plain value left out. */
export function plainRow(row: Readonly<Record<string, unknown>>): ListRow {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, ListRow[string]][] => {
      if (value instanceof Date) return [[name, value.toISOString()]];
      if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
        return [[name, value as ListRow[string]]];
      }
      return [];
    }),
  );
}
