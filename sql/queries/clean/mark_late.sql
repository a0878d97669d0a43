-- ops_db.batch_ranges: for each lane of a clean batch, what its newest rating is and which of its ratings came late;
-- returns n_late of each.
--
-- Late is what is older than the newest rating that earlier batches took: of the import lane for imported ratings, of
-- both lanes for live ones. (Live ratings are of today: compared with them, the whole rest of an archive were late.)
--
-- $1  batch_id    integer
-- $2  started_at  timestamptz  of the run: a client's clock that is ahead makes nobody late
--
-- Nothing here reads more than the batch: an imported file has its ids in time order, so its last accepted rating is its
-- newest, and the first batch, of any size, has no earlier one.

with ranges as (
  select
    batch_id, lane, first_id, last_id,
    (
      select max(earlier.newest_rated_at)
      from ops_db.batch_ranges earlier
      where earlier.lane in ('import', ranges.lane) and earlier.batch_id < ranges.batch_id
    ) as late_before
  from ops_db.batch_ranges ranges
  where batch_id = $1::integer and lane <> 'unparsable'
),
found as (
  select
    lane, late_before,
    case lane
      when 'import' then (
        select max(last.rated_at)
        from raw_db.sources s
        cross join lateral (
          select rated_at
          from data_lake_db.ratings
          where rating_id between greatest(s.first_id, ranges.first_id) and least(s.first_id + s.n_rows - 1, ranges.last_id)
          order by rating_id desc
          limit 1
        ) last
        where s.first_id <= ranges.last_id and s.first_id + s.n_rows > ranges.first_id
      )
      else (
        select max(rated_at)
        from data_lake_db.ratings l
        where l.rating_id between ranges.first_id and ranges.last_id
          and l.batch_id = ranges.batch_id and l.lane = ranges.lane
      )
    end as newest,
    case when late_before is null then 0 else (
      select count(*)
      from data_lake_db.ratings l
      where l.rating_id between ranges.first_id and ranges.last_id
        and l.batch_id = ranges.batch_id and l.lane = ranges.lane and l.rated_at < ranges.late_before
    ) end as n_late
  from ranges
)
update ops_db.batch_ranges r
set newest_rated_at = least(found.newest, $2::timestamptz), late_before = found.late_before, n_late = found.n_late
from found
where r.batch_id = $1::integer and r.lane = found.lane
returning r.n_late
