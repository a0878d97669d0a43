-- ops_db.schedules: one row per schedule that is watched.

select schedule, settled_to from ops_db.schedules
