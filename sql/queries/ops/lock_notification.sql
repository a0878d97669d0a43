-- ops_db.notifications: the oldest that is still to be told, after event $1, held for this transaction alone.
--
-- $1  event_id  bigint  0: from the first on
-- $2  target    text    '': of that event, those after this target

select n.event_id, n.target, e.event, e.body
from ops_db.notifications n
join ops_db.events e using (event_id)
where n.status = 'pending' and (n.event_id, n.target) > ($1::bigint, $2::text)
order by n.event_id, n.target
limit 1
for update of n skip locked
