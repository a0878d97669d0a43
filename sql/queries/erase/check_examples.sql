-- ops_db.check_results: examples of broken rows, without those of a person.
--
-- $1  user_id  integer

update ops_db.check_results c
set examples = (
  select coalesce(jsonb_agg(example), '[]')
  from jsonb_array_elements(c.examples) example
  where example ->> 'user_id' is distinct from $1::text
)
where c.examples @> jsonb_build_array(jsonb_build_object('user_id', $1::integer))
