-- One row per time that $1 became champion, newest first.
--
-- $1  version  text

select * from ops_db.promotions where version = $1 order by promotion_id desc
