-- ops_db.events: one row per event and subject; returns no row when it is there already.
--
-- $1  event    text
-- $2  scope    text
-- $3  subject  text
-- $4  run_id   integer  null: no run was opened
-- $5  body     text     a JSON object

insert into ops_db.events (event, scope, subject, run_id, body)
values ($1, $2, $3, $4, ($5::text)::jsonb)
on conflict (event, subject) do nothing
returning event_id
