-- One row: the newest label that is done; null when none is.

select max(day) as day from ops_db.runs where kind = 'daily' and status = 'succeeded'
