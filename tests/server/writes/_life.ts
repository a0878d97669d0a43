/** An archive in which a person has left traces everywhere: imported, live, refused, pending, posted, hidden, counted. */
import type { Pool } from "../../../sql/db.ts";
import { bootstrapped, type SmallLake, smallLake } from "../../tasks/_small_lake.ts";
import { askOne } from "../../tasks/import/_ask.ts";

export interface Life extends AsyncDisposable {
  lake: SmallLake;
  pool: Pool;
  /** Who has left traces. */
  person: number;
}

/** A bootstrap, a day with the person's live ratings (good, repeated, off the scale), and what no day has taken yet. */
export async function life(): Promise<Life> {
  const lake = await smallLake({ nRatings: 3_000 });
  const { pool } = lake;
  await bootstrapped(lake);
  const person = Number(
    await askOne(
      pool.url,
      `select user_id from data_lake_db.ratings group by user_id order by count(*) desc, user_id limit 1`,
    ),
  );
  await postAgain(pool, person, 4.2);
  await postAgain(pool, person, 1);
  await pool.script(`
    insert into raw_db.unparsable (source_id, source_line, line, reason)
    values (1, 1, '${person},8,four,0', 'fields'), (1, 2, '${person}0,8,four,0', 'fields')`);
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean", "features");
  await postAgain(pool, person, 3);
  await pool.script(`
    update raw_db.ratings set user_id = ${person} where rating_id = (select max(rating_id) from raw_db.ratings where lane = 'import');
    insert into raw_db.inbox (user_id, movie_id, rating, rated_at)
    select user_id + 1, movie_id, rating, rated_at from raw_db.inbox;
    insert into raw_db.users (user_id, gender) values (${person}, 'F'), (${
    person + 1
  }, 'M') on conflict do nothing;
    insert into raw_db.hidden_movies (user_id, movie_id) values (${person}, 1), (${person + 1}, 1);
    insert into ops_db.feedback (rec_id, user_id, event, movie_id)
    values ('popularity.-.1', ${person}, 'click', 1), ('popularity.-.2', null, 'click', 1);
    insert into ops_db.idempotency_keys (key, request_hash, answer, user_ids)
    values ('a', '', '{}', '{${person},3}'), ('b', '', '{}', '{3}');
    insert into processed_db.user_embeddings values ('v1', ${person}, '{1,0}'), ('v1', ${
    person + 1
  }, '{1,0}');
    update ops_db.runs set status = 'succeeded', finished_at = now();`);
  return { lake, pool, person, [Symbol.asyncDispose]: () => lake[Symbol.asyncDispose]() };
}

/** What the person rated first, rated again today, and somebody else's first rating of it. */
async function postAgain(pool: Pool, person: number, stars: number): Promise<void> {
  await pool.script(`
    insert into raw_db.inbox (user_id, movie_id, rating, rated_at)
    select user_id, movie_id, ${stars}, '2026-03-01' from data_lake_db.ratings
    where user_id = ${person} order by rating_id limit 3`);
}

/** Every sum of the feature store, as text. */
export const SUMS = `
  select 'user', user_id::text, n_ratings::text, rating_sum::text, genre_counts::text, genre_sums::text
  from processed_db.user_features
  union all
  select 'movie', movie_id::text, n_ratings::text, rating_sum::text, '', '' from processed_db.movie_features
  union all
  select 'day', movie_id || ' ' || day, n_ratings::text, rating_sum::text, '', '' from processed_db.movie_days
  union all
  select 'all', '', n_ratings::text, rating_sum::text, '', '' from processed_db.rating_totals
  order by 1, 2`;
