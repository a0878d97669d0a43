-- One row per reason with rejects, most first.

select reason, count(*) as n from data_lake_db.rejects group by reason order by n desc, reason
