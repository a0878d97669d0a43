-- Which version was live after the newest judgement, and the standards from then on: at most one row.

select champion, standards from ops_db.judgements order by judgement_id desc limit 1
