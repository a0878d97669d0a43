/** Demographics as `models/` reads them. */
import type { People } from "../models/people.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";

const ROWS_PER_CHUNK = 50_000;

/** Everybody of whom the archive's source says something; nobody where it has ratings alone. */
export async function readPeople(db: Db): Promise<People> {
  const people = new Map<number, { gender: string | null; age: number | null; occupation: string | null }>();
  for await (const rows of db.chunks<Row<"raw_db.users">>("lake/people", [], ROWS_PER_CHUNK)) {
    for (const { user_id, gender, age, occupation } of rows) people.set(user_id, { gender, age, occupation });
  }
  return people;
}
