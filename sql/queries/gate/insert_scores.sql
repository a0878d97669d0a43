-- ops_db.judgement_scores: one row per judgement and version.
--
-- $1  judgement_id    integer
-- $2  version         text
-- $3  squared_errors  double precision[]  by person; null: it predicts no ratings
-- $4  ndcgs           double precision[]  by person; null: it makes no lists

insert into ops_db.judgement_scores (judgement_id, version, squared_errors, ndcgs) values ($1, $2, $3, $4)
