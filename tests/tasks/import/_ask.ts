/** Questions that only a test asks, as plain SQL on a connection of its own. */
import postgres from "@db/postgres";

/** The rows of `text` in the database of `url`, every value as PostgreSQL writes it. */
export async function ask(url: string, text: string): Promise<(string | null)[][]> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { TimeZone: "UTC" } });
  try {
    return (await sql.unsafe(text).simple().values()).map((row) =>
      row.map((value: unknown) =>
        value === null ? null : value instanceof Date ? value.toISOString() : String(value)
      )
    );
  } finally {
    await sql.end();
  }
}

/** The first value of `text`. */
export async function askOne(url: string, text: string): Promise<string | null> {
  return (await ask(url, text))[0][0];
}
