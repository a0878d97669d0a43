-- ops_db.judgements: one row per time that the gate judged candidates.
--
-- $1  run_id     integer
-- $2  seed       integer
-- $3  options    text        a JSON object
-- $4  parties    text        a JSON object
-- $5  ruling     text        a JSON object
-- $6  champion   text        the live version after it; null: none
-- $7  standards  text        a JSON object
-- $8  n_ratings  integer[]   by person
-- $9  is_cold    smallint[]  by person

insert into ops_db.judgements (run_id, seed, options, parties, ruling, champion, standards, n_ratings, is_cold)
values ($1, $2, ($3::text)::jsonb, ($4::text)::jsonb, ($5::text)::jsonb, $6, ($7::text)::jsonb, $8, $9)
returning judgement_id
