-- One row per version that something needs, and what does: prune leaves these alone.

select version, 'it is the champion' as reason from ops_db.model_versions where status = 'champion'
union all
select version, 'it waits for the gate' from ops_db.model_versions where status = 'candidate'
union all
(select p.predecessor, 'a rollback goes to it'
 from ops_db.promotions p
 join ops_db.model_versions v using (version)
 where v.status = 'champion' and p.kind <> 'rollback' and p.predecessor is not null
 order by p.promotion_id desc
 limit 1)
union all
select version, 'a snapshot names it'
from (select version from ops_db.publications where status <> 'undone' order by publication_id desc limit 2) published
where version is not null
union all
select v.version, 'the gate compares with the champions of 30 days'
from ops_db.model_versions v
join ops_db.runs r using (run_id)
where v.status in ('champion', 'retired') and v.metrics ?| array['rmse', 'ndcg@10']
  and r.day > (select max(day) from ops_db.runs) - 30
union all
(select distinct on (t.model) t.version, 'it is the newest training from scratch of a ' || t.model
 from ops_db.trainings t
 where t.mode = 'scratch'
 order by t.model, t.run_id desc, t.spec)
union all
select distinct value, 'the gate lets none fall below it'
from jsonb_each_text((select standards from ops_db.judgements order by judgement_id desc limit 1))
