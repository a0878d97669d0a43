-- ops_db.erasures: those of whom neither a snapshot nor the champion knows.

update ops_db.erasures
set settled_at = now()
where settled_at is null
  and user_id is null
  and (
    not exists (select from ops_db.model_versions where status = 'champion')
    or erased_at < (select read_at from ops_db.champion_learning)
  )
