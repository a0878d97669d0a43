/** What the tests of the database door share: a table of numbers, and its queries. */
import type { Pool } from "../../sql/db.ts";
import { testPool } from "../support/database.ts";

/** The queries of these tests, seen from `sql/queries/`. */
export const Q = "../../tests/sql/queries";
const encoder = new TextEncoder();

/** A pool on a database with one table of numbers. */
export async function numbersPool(): Promise<Pool & AsyncDisposable> {
  const pool = await testPool();
  await pool.script("create table numbers (n bigint, constraint numbers_pkey primary key (n))");
  return pool;
}

/** `n` numbers from 0 as COPY lines, in many chunks; line `bad` is no number. */
export function* lines(n: number, bad = -1): Generator<Uint8Array> {
  for (let from = 0; from < n; from += 1000) {
    const chunk = Array.from({ length: Math.min(1000, n - from) }, (_, i) => from + i);
    yield encoder.encode(chunk.map((i) => i === bad ? "x\n" : `${i}\n`).join(""));
  }
}

export async function count(pool: Pool): Promise<number | undefined> {
  return (await pool.row<{ n: number }>(`${Q}/count_numbers`))?.n;
}

export async function session(db: Pick<Pool, "row">): Promise<number> {
  const row = await db.row<{ pid: number }>(`${Q}/session`);
  return row?.pid ?? 0;
}
