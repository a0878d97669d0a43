-- raw_db.unparsable: one row per input line that is no rating.
--
-- $1  source_id  integer
-- $2  lines      integer[]  line numbers
-- $3  texts      text[]     the lines
-- $4  reasons    text[]

insert into raw_db.unparsable (source_id, source_line, line, reason)
select $1, source_line, line, reason
from unnest($2::integer[], $3::text[], $4::text[]) as lines (source_line, line, reason)
order by source_line
