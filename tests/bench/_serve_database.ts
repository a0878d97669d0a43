/** PostgreSQL behind a server: the movies of a shape, and the snapshots that are published. */
import type { Pool } from "../../sql/db.ts";
import { benchPool } from "./_database.ts";
import { rootOfBackend } from "./meter.ts";
import type { BenchHome, Shape } from "./_shape.ts";

export interface ServingDatabase extends AsyncDisposable {
  pool: Pool;
  url: string;
  /** PostgreSQL's first process; undefined: it runs elsewhere. */
  pid: number | undefined;
  /** Makes a snapshot of the home the newest publication, and tells servers. */
  publish(snapshot: Pick<BenchHome, "path" | "sha256">): Promise<void>;
}

/** With a commit that waits for the disk, as people's have. */
export async function servingDatabase({ movies }: Shape): Promise<ServingDatabase> {
  const pool = await benchPool();
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values (date '2026-03-01', 'bootstrap', 'succeeded', '', '', 1, 1, '');
    insert into ops_db.batches values (0, 1, 'bootstrap', 1);
    insert into raw_db.sources (sha256, name, edition, n_rows, n_copied, first_id)
    values ('00', 'ratings.csv', 'bench', 1, 1, 1);
    insert into data_lake_db.genres values (0, 'Action'), (1, 'Drama');
    insert into data_lake_db.movies
    select id, 'The Movie with Number ' || id, 1930 + id % 95, '{0,1}' from generate_series(1, ${movies}) id;
    create table bench_commits (id bigint generated always as identity, user_id integer, movie_id integer, rating real);
    analyze;`);
  return {
    pool,
    url: pool.url,
    pid: await rootOfBackend(pool),
    async publish({ path, sha256 }) {
      await pool.script(`
        insert into ops_db.publications (run_id, version, batch_id, snapshot, sha256, status, published_at)
        values (1, 'bench', 0, '${path}', '${sha256}', 'published', now());
        notify matinee_published;`);
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
