-- The newest run that a person means: by its number, or by its day's label and, where a day has several, its kind.
--
-- $1  run_id  integer  null: any
-- $2  day     date     null: any
-- $3  kind    text     null: any

select *
from ops_db.runs
where run_id = coalesce($1, run_id)
  and day = coalesce($2, day)
  and kind = coalesce($3, kind)
order by run_id desc
limit 1
