-- raw_db.ratings: without the rows of erased_rows; raw_db.sources counts those of its files. Returns how many went.

with gone as (
  delete from raw_db.ratings r
  using erased_rows e
  where r.rating_id = e.raw_id and e.lane <> 'unparsable'
  returning r.source_id
),
counted as (
  update raw_db.sources s
  set n_erased = s.n_erased + c.n
  from (select source_id, count(*) as n from gone group by source_id) c
  where s.source_id = c.source_id
)
select count(*) as n from gone
