-- One row: the median of the rows that a stage's row_count found in a table, over the newest seven batches of one kind
-- before this one (or runs, where the stage works by none), and how many those are.
--
-- $1  run_id      integer  the run in hand
-- $2  batch_id    integer  the batch in hand; null: none
-- $3  stage       text
-- $4  table_name  text
--
-- A batch that was checked more than once counts with its newest result, and not at all when that one failed.

with kind as (
  select coalesce(
    (select kind from ops_db.batches where batch_id = $2::integer),
    (select kind from ops_db.runs where run_id = $1::integer)
  ) as kind
),
newest as (
  select distinct on (coalesce(c.batch_id, c.run_id))
    coalesce(c.batch_id, c.run_id) as number, c.n_rows, c.outcome
  from ops_db.check_results c
  join ops_db.runs r using (run_id)
  left join ops_db.batches b on b.batch_id = c.batch_id
  where c.kind = 'row_count'
    and c.stage = $3
    and c.table_name = $4
    and coalesce(b.kind, r.kind) = (select kind from kind)
    and (c.batch_id is null) = ($2::integer is null)
    and coalesce(c.batch_id, c.run_id) < coalesce($2::integer, $1::integer)
  order by coalesce(c.batch_id, c.run_id), c.check_result_id desc
),
last_seven as (
  select n_rows from newest where outcome <> 'failed' order by number desc limit 7
)
select percentile_cont(0.5) within group (order by n_rows) as median, count(*) as n from last_seven
