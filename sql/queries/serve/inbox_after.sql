-- One row per live rating in the inbox with an id above the one given, oldest first; without any, one row of nulls.
--
-- $1  inbox_id  bigint
--
-- mark: count and sum of all ids in the inbox, of the same moment.

select all_of_it.mark, i.inbox_id, i.user_id, i.movie_id, i.rating
from (select count(*) || '/' || coalesce(sum(inbox_id), 0) as mark from raw_db.inbox) all_of_it
left join raw_db.inbox i on i.inbox_id > $1
order by i.inbox_id
