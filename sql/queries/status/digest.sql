-- One row per table of the three databases: how many rows, and the exclusive or of their 64-bit hashes, which depends
-- on the set of rows alone. A primary key stands in every row, so no two rows cancel out. Left out: ids of runs and
-- sources, times of processing, and where a file lay.

select 'raw_db.sources' as table_name, count(*) as n, bit_xor(hashtextextended(t::text, 0))::text as hash
from (select sha256, edition, is_sample, n_rows, n_copied, first_id from raw_db.sources) t
union all
select 'raw_db.ratings', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (
  select rating_id, lane, user_id, movie_id, rating, extract(epoch from rated_at), source_line from raw_db.ratings
) t
union all
select 'raw_db.unparsable', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (select s.sha256, u.source_line, u.line, u.reason from raw_db.unparsable u join raw_db.sources s using (source_id)) t
union all
select 'raw_db.source_mappings', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (
  select s.sha256, m.as_written, m.is_implicit, m.scale_min, m.scale_max
  from raw_db.source_mappings m join raw_db.sources s using (source_id)
) t
union all
select 'raw_db.user_keys', count(*), bit_xor(hashtextextended(t::text, 0))::text from raw_db.user_keys t
union all
select 'raw_db.movie_keys', count(*), bit_xor(hashtextextended(t::text, 0))::text from raw_db.movie_keys t
union all
select 'raw_db.movies', count(*), bit_xor(hashtextextended(t::text, 0))::text from raw_db.movies t
union all
select 'raw_db.users', count(*), bit_xor(hashtextextended(t::text, 0))::text from raw_db.users t
union all
select 'raw_db.inbox', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (select inbox_id, user_id, movie_id, rating, extract(epoch from rated_at) from raw_db.inbox) t
union all
select 'raw_db.hidden_movies', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (select user_id, movie_id from raw_db.hidden_movies) t
union all
select 'data_lake_db.genres', count(*), bit_xor(hashtextextended(t::text, 0))::text from data_lake_db.genres t
union all
select 'data_lake_db.movies', count(*), bit_xor(hashtextextended(t::text, 0))::text from data_lake_db.movies t
union all
select 'data_lake_db.ratings', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (
  select rating_id, batch_id, lane, user_id, movie_id, rating, replaces, is_stale, extract(epoch from rated_at)
  from data_lake_db.ratings
) t
union all
select 'data_lake_db.rejects', count(*), bit_xor(hashtextextended(t::text, 0))::text
from (
  select lane, case when lane <> 'unparsable' then raw_id end, batch_id, reason, detail, raw_row - 'source_id' - 'unparsable_id'
  from data_lake_db.rejects
) t
union all
select 'processed_db.rating_totals', count(*), bit_xor(hashtextextended(t::text, 0))::text from processed_db.rating_totals t
union all
select 'processed_db.user_features', count(*), bit_xor(hashtextextended(t::text, 0))::text from processed_db.user_features t
union all
select 'processed_db.movie_features', count(*), bit_xor(hashtextextended(t::text, 0))::text from processed_db.movie_features t
union all
select 'processed_db.movie_embeddings', count(*), bit_xor(hashtextextended(t::text, 0))::text
from processed_db.movie_embeddings t
union all
select 'processed_db.user_embeddings', count(*), bit_xor(hashtextextended(t::text, 0))::text
from processed_db.user_embeddings t
order by table_name
