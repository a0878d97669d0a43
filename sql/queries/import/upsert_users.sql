-- raw_db.users: one row per user with demographics; a newer edition's row replaces an older one's.
--
-- $1  user_ids     integer[]  each once
-- $2  genders      text[]
-- $3  ages         integer[]
-- $4  occupations  text[]
-- $5  zip_codes    text[]

insert into raw_db.users (user_id, gender, age, occupation, zip_code)
select * from unnest($1::integer[], $2::text[], $3::integer[], $4::text[], $5::text[])
on conflict (user_id) do update set
  gender = excluded.gender,
  age = excluded.age,
  occupation = excluded.occupation,
  zip_code = excluded.zip_code
