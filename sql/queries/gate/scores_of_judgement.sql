-- One row per version that a judgement was about.
--
-- $1  judgement_id  integer

select version, squared_errors, ndcgs from ops_db.judgement_scores where judgement_id = $1
