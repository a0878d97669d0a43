-- One row: the newest label that has a daily run; null before the first. A late backfill's run is not the newest day.

select max(day) as day from ops_db.runs where kind = 'daily'
