-- The import lane's next ids: one row; none when the lane is taken to its end.
--
-- $1  ratings  bigint   how many at most
-- $2  at_most  numeric  and how many at most as a share of the archive; 1 in any case
--
-- The lane is the whole sources' id ranges, one after the other, up to the first source that is still being
-- imported: a position in the lane is found from the sources alone, without reading ratings.

with whole as (
  select first_id, n_rows, sum(n_rows) over (order by first_id) - n_rows as n_before
  from raw_db.sources
  where n_rows > 0
    and not exists (
      select from raw_db.sources open where open.imported_at is null and open.first_id <= sources.first_id
    )
),
newest as (
  select coalesce(max(last_id), -1) as last_id from ops_db.batch_ranges where lane = 'import'
),
lane as (
  select
    sum(n_rows) as n_rows,
    sum(greatest(0, least(n_rows, newest.last_id - first_id + 1))) as n_taken
  from whole, newest
),
goal as (
  select n_taken, least(n_rows, n_taken + greatest(1, least($1::bigint, floor($2::numeric * n_rows)))) as n_goal
  from lane
),
edges as (
  select
    min(first_id + n_taken - n_before)::bigint as first_id,
    max(first_id + least(n_rows, n_goal - n_before) - 1)::bigint as last_id
  from whole, goal
  where n_taken < n_goal and n_before + n_rows > n_taken and n_before < n_goal
)
select
  first_id,
  last_id,
  (
    select count(*)
    from raw_db.ratings
    where lane = 'import' and rating_id between edges.first_id and edges.last_id
  ) as n_rows
from edges
where first_id is not null
