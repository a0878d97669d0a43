-- One row per person of the archive, who has fewest ratings first: a scan of all of it.

select user_id, count(*) as n from raw_db.ratings group by user_id order by n, user_id
