-- ops_db.slots: what waited of a schedule without having begun makes way for what is due now; made-up slots do not.
--
-- $1  schedule  text
-- $2  reason    text

update ops_db.slots
set status = 'skipped', reason = $2::text
where schedule = $1::text and status = 'queued' and not is_made_up and started_at is null
