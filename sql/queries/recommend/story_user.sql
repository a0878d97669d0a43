-- The person of a run's summary: has an embedding of the champion, loved at least five movies, and came last.

select f.user_id
from processed_db.user_features f
join processed_db.user_embeddings e using (user_id)
join ops_db.model_versions v on v.version = e.version and v.status = 'champion'
where f.n_ratings between 20 and 500
  and (
    select count(*) from data_lake_db.ratings r where r.user_id = f.user_id and r.rating >= 4.5 and not r.is_stale
  ) >= 5
order by f.user_id desc
limit 1
