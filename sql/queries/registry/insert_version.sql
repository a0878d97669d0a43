-- ops_db.model_versions: one row per trained version. The same artifact again (a replayed day) is a candidate anew,
-- unless it is the champion; where it was pruned, it is there again.
--
-- $1   version        text
-- $2   model          text
-- $3   mode           text
-- $4   parent         text
-- $5   run_id         integer
-- $6   through_batch  integer
-- $7   n_ratings      bigint
-- $8   config         text     a JSON object
-- $9   metrics        text     a JSON object
-- $10  artifact       text     path below the artifact folder
-- $11  seed           integer

insert into ops_db.model_versions
  (version, model, mode, status, parent, run_id, through_batch, n_ratings, config, metrics, artifact, seed,
   manifest_hash, from_batch, rated_through)
values ($1, $2, $3, 'candidate', $4, $5, $6, $7, ($8::text)::jsonb, ($9::text)::jsonb, $10, $11,
  (select manifest_hash from ops_db.runs where run_id = $5),
  case when $3 = 'warm'
    then coalesce((select p.through_batch + 1 from ops_db.model_versions p where p.version = $4), 0) else 0 end,
  (select max(newest_rated_at) from ops_db.batch_ranges where batch_id <= $6))
on conflict (version) do update
set status = case when model_versions.status = 'champion' then 'champion' else 'candidate' end,
    pruned_at = null
