/** How PostgreSQL looks for a person in the archive, which is in time order: 32M rows are too many to read for one. */
import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { testPool } from "../../support/database.ts";
import { ask } from "../../tasks/import/_ask.ts";

const PEOPLE = 3_000;
const EACH = 90;
/** Pages that one filter stands for, and some around them. */
const FEW = 200;

/** Ratings as people bring them: one session after the other. */
async function sessions(pool: Pool): Promise<void> {
  await pool.script(`
    insert into raw_db.sources (sha256, name, edition, n_rows, first_id)
    values ('', 'r.csv', '', ${PEOPLE * EACH}, 1);
    insert into raw_db.ratings (rating_id, lane, user_id, movie_id, rating, rated_at, source_id, source_line)
    select id, 'import', id / ${EACH}, id, 4, now(), 1, id from generate_series(1, ${PEOPLE * EACH}) id;
    analyze raw_db.ratings`);
}

async function planOf(pool: Pool, query: string): Promise<string> {
  const file = new URL(`../../../sql/queries/${query}.sql`, import.meta.url);
  const text = (await Deno.readTextFile(file)).replace(/insert into erased_rows .*/, "")
    .replaceAll("$1", `${PEOPLE / 2}`);
  return (await ask(pool.url, `explain (analyze, verbose, buffers, timing off) ${text}`)).join("\n");
}

for (const query of ["erase/find_rows", "erase/remains"]) {
  Deno.test(`${query} finds a person in the archive without reading it`, async () => {
    await using pool = await testPool();
    await sessions(pool);
    const before = await planOf(pool, query);
    const [{ pages }] = await pool.rows<{ pages: number }>("../../tests/sql/queries/archive_pages");
    await pool.row("erase/read_new_pages");
    const after = await planOf(pool, query);
    assert.match(after, /Bitmap Index Scan on (raw_db\.)?ratings_by_person/);
    assert.doesNotMatch(after, /Seq Scan on raw_db\.ratings/);
    assert.ok(readBy(before) > pages / 2, `without filters it is read: ${readBy(before)} of ${pages}`);
    assert.ok(readBy(after) < FEW, `pages read: ${readBy(after)} of ${pages}`);
  });
}

/** Pages that the whole statement looked at. */
function readBy(plan: string): number {
  const [, found] = /Buffers: ([^\n]*)/.exec(plan)!;
  return [...found.matchAll(/(?:hit|read)=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
}
