-- One row per day whose daily run succeeded.

select day from ops_db.runs where kind = 'daily' and status = 'succeeded' order by day
