-- ops_db.promotions: one row per change of the champion.
--
-- $1  version      text
-- $2  predecessor  text     null: there was no champion
-- $3  kind         text     gate, promote or rollback
-- $4  decided_by   text
-- $5  reason       text
-- $6  run_id       integer  null outside of runs

insert into ops_db.promotions (version, predecessor, kind, decided_by, reason, run_id)
values ($1, $2, $3, $4, $5, $6)
