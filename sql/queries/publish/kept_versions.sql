-- The champion, its predecessor and the candidate: versions whose embeddings stay, newest decision first.

(select version from ops_db.model_versions where status in ('champion', 'candidate'))
union all
(select version from ops_db.model_versions where status = 'retired' and metrics ? 'rmse'
 order by decided_at desc limit 1)
