-- One row per user with demographics, by id; empty where the archive's source has none.

select user_id, gender, age, occupation from raw_db.users order by user_id
