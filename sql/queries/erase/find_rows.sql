-- erased_rows: one row per raw row of a person: what the lake has, what was refused, what no batch has cleaned, and
-- lines that are no ratings and begin with the person.
--
-- $1  user_id  integer
--
-- raw = lake + rejects + pending. The archive is read by person first: by range, all that waits would be read.

with person as (
  select coalesce((select key from raw_db.user_keys where user_id = $1::integer), $1::text) as name
),
cleaned as (
  select batch_id from ops_db.batch_stages where task = 'clean'
),
taken as (
  select lane, max(last_id) as last_id from ops_db.batch_ranges group by lane
),
lake as (
  select l.lane, l.rating_id as raw_id, l.batch_id, true as is_accepted, coalesce(l.rated_at < r.late_before, false) as is_late
  from data_lake_db.ratings l
  left join ops_db.batch_ranges r on r.batch_id = l.batch_id and r.lane = l.lane
  where l.user_id = $1::integer
),
refused as (
  select lane, raw_id, batch_id
  from data_lake_db.rejects
  where reason <> 'unparsable' and (raw_row ->> 'user_id')::integer = $1::integer
),
open_ranges as (
  select lane, first_id, last_id, batch_id
  from ops_db.batch_ranges
  where lane <> 'unparsable' and batch_id not in (select batch_id from cleaned)
  union all
  select lane.name, coalesce(taken.last_id, -1) + 1, 9223372036854775807, null
  from (values ('import'), ('live')) as lane (name)
  left join taken on taken.lane = lane.name
),
own as materialized (
  select lane, rating_id from raw_db.ratings where user_id = $1::integer
),
pending as (
  select own.lane, own.rating_id as raw_id, o.batch_id
  from own
  join open_ranges o on o.lane = own.lane and own.rating_id between o.first_id and o.last_id
),
lines as (
  select u.unparsable_id as raw_id, r.batch_id
  from raw_db.unparsable u
  left join ops_db.batch_ranges r on r.lane = 'unparsable' and u.unparsable_id between r.first_id and r.last_id
  where raw_db.first_field(u.line) = (select name from person)
)
insert into erased_rows (lane, raw_id, batch_id, is_accepted, is_late)
select lane, raw_id, batch_id, is_accepted, is_late from lake
union all
select lane, raw_id, batch_id, false, false from refused
union all
select lane, raw_id, batch_id, false, false from pending
union all
select 'unparsable', raw_id, batch_id, false, false from lines
