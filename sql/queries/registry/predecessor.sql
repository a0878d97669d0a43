-- The champion before $1 became one for a reason of its own: at most one row. A rollback to $1 is none: who rolls
-- back twice goes back two steps, not to and fro.
--
-- $1  version  text

select predecessor
from ops_db.promotions
where version = $1 and kind <> 'rollback' and predecessor is not null
order by promotion_id desc
limit 1
