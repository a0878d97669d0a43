-- ops_db.judgement_scores: what judgements before a day were given, person by person.
--
-- $1  day  date

delete from ops_db.judgement_scores s
using ops_db.judgements j, ops_db.runs r
where j.judgement_id = s.judgement_id and r.run_id = j.run_id and r.day < $1::date
