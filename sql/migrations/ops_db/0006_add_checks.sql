-- ops_db: what the manifest's checks found. data_lake_db.rejects: rows that a check set aside.

alter table data_lake_db.rejects
  add column detail text,
  drop constraint rejects_reason_known,
  add constraint rejects_reason_known check (reason in (
    'rating_not_a_number', 'rating_off_scale', 'unknown_movie', 'impossible_date', 'exact_repeat', 'unparsable',
    'failed_check')),
  add constraint rejects_failed_check_is_named check (reason <> 'failed_check' or detail is not null);
comment on column data_lake_db.rejects.detail is 'failed_check: the first check of the manifest that the row breaks';

create table ops_db.check_results (
  check_result_id bigint generated always as identity,
  run_id          integer not null,
  stage           text not null,
  attempt         integer not null,
  batch_id        integer,
  place           integer not null,
  kind            text not null,
  check_text      text not null,
  table_name      text not null,
  column_name     text,
  n_rows          bigint not null,
  n_broken        bigint not null,
  share           double precision not null,
  threshold       double precision,
  severity        text not null,
  outcome         text not null,
  found           text not null,
  examples        jsonb not null,
  checked_at      timestamptz not null default now(),
  constraint check_results_pkey primary key (check_result_id),
  constraint check_results_run_fkey foreign key (run_id) references ops_db.runs,
  constraint check_results_counts_in_range check (n_broken between 0 and n_rows or kind in ('row_count', 'freshness')),
  constraint check_results_severity_known check (severity in ('warn', 'error')),
  constraint check_results_outcome_known check (outcome in ('passed', 'warned', 'failed', 'quarantined'))
);
create index check_results_by_run on ops_db.check_results (run_id);
comment on table ops_db.check_results is
  'One row per run, stage, attempt, batch (null: the stage works by none) and check; kept when the batch is rolled back.';
comment on column ops_db.check_results.place is 'the check''s place among those of its stage, from 0';
comment on column ops_db.check_results.share is
  'of the rows that hold; of a row_count with max_change, the change against the median';

-- Which rows of a table belong to the batch or run in hand, as a condition on its alias t.
--
-- Ratings and rejects are found by the batch's id ranges, over their primary keys: a day must not read the archive.
create function ops_db.scope_of(of_table regclass, of_batch integer, of_run integer)
returns text
language plpgsql
as $$
declare
  names name[] := (
    select array_agg(attname) from pg_attribute where attrelid = of_table and attnum > 0 and not attisdropped
  );
  key name := case
    when of_table = 'raw_db.unparsable'::regclass then 'unparsable_id'
    when names @> '{lane,rating_id}' then 'rating_id'
    when names @> '{lane,raw_id}' then 'raw_id'
  end;
begin
  if key = 'unparsable_id' then
    return coalesce((
      select string_agg(format('t.unparsable_id between %s and %s', first_id, last_id), ' or ')
      from ops_db.batch_ranges
      where batch_id = of_batch and lane = 'unparsable'
    ), 'false');
  elsif key is not null then
    return coalesce((
      select string_agg(format('(t.lane = %L and t.%I between %s and %s)', lane, key, first_id, last_id), ' or ')
      from ops_db.batch_ranges
      where batch_id = of_batch
    ), 'false');
  elsif names @> '{batch_id}' then
    return coalesce(format('t.batch_id = %s', of_batch::text), 'false');
  elsif names @> '{run_id}' then
    return format('t.run_id = %s', of_run::text);
  end if;
  return 'true';
end
$$;
comment on function ops_db.scope_of is 'The rows of a table that belong to a batch or a run, as a condition on alias t.';

-- One row per element of `checks`: how many rows are in scope, how many of them break it, the newest value (freshness:
-- seconds since 1970), and up to three examples.
--
-- All conditions on single rows are counted in one scan. Names and values come in as data: names must be columns of
-- the table, and both are quoted by format().
create function ops_db.count_broken(checks jsonb, table_name text, of_batch integer, of_run integer)
returns table (place integer, n_rows bigint, n_broken bigint, newest double precision, examples jsonb)
language plpgsql
set synchronize_seqscans = off
as $$
declare
  of_table regclass := to_regclass(
    format('%I.%I', split_part(table_name, '.', 1), substr(table_name, strpos(table_name, '.') + 1))
  );
  scope text;
  types jsonb;
  item jsonb;
  asked text[];
  column_name text;
  value_type text;
  conditions text[] := '{}';
  sums text[] := '{}';
  counted double precision[];
begin
  if of_table is null then
    raise exception 'Cannot check table "%": found none of that name', table_name;
  end if;
  scope := ops_db.scope_of(of_table, of_batch, of_run);
  types := (
    select jsonb_object_agg(attname, format_type(atttypid, atttypmod))
    from pg_attribute
    where attrelid = of_table and attnum > 0 and not attisdropped
  );

  for item in select * from jsonb_array_elements(checks) loop
    asked := array(select jsonb_array_elements_text(item -> 'columns'));
    foreach column_name in array asked loop
      if not types ? column_name then
        raise exception 'Cannot check column "%" of table "%": found none of that name', column_name, table_name;
      end if;
    end loop;
    column_name := asked[1];
    -- A bound takes the column's own type: 4.1 as real is not 4.1 as double precision. Whole numbers may be longer.
    value_type := types ->> column_name;
    if value_type in ('smallint', 'integer') then
      value_type := 'bigint';
    end if;
    conditions := conditions || case item ->> 'kind'
      when 'not_null' then (select string_agg(format('t.%I is null', name), ' or ') from unnest(asked) name)
      when 'between' then concat_ws(' or ',
        format('t.%I < %L::%s', column_name, nullif(item ->> 'min', ''), value_type),
        format('t.%I > %L::%s', column_name, nullif(item ->> 'max', ''), value_type))
      when 'in' then format('t.%I <> all (%L::%s[])', column_name,
        array(select jsonb_array_elements_text(item -> 'values'))::text, value_type)
      when 'matches' then format('t.%I !~ %L', column_name, item ->> 'pattern')
      -- IN is hashed once; EXISTS looked each row up, at five times the cost.
      when 'references' then format(
        't.%1$I is not null and not t.%1$I in (select other.%2$I from %3$I.%4$I other where other.%2$I is not null)',
        column_name, item ->> 'key', split_part(item ->> 'in', '.', 1), split_part(item ->> 'in', '.', 2))
      else 'false'
    end;
    sums := sums || case item ->> 'kind'
      when 'freshness' then format('extract(epoch from max(t.%I)::timestamptz)', column_name)
      else format('count(*) filter (where %s)', conditions[cardinality(conditions)])
    end;
  end loop;
  execute format('select array[count(*), %s]::double precision[] from %s t where %s',
    array_to_string(sums, ', '), of_table, scope) into counted;

  for item, place in select value, ordinality - 1 from jsonb_array_elements(checks) with ordinality loop
    n_rows := counted[1];
    n_broken := 0;
    newest := null;
    examples := '[]';
    if item ->> 'kind' = 'freshness' then
      newest := counted[place + 2];
    elsif item ->> 'kind' = 'unique' then
      asked := array(select format('t.%I', name) from jsonb_array_elements_text(item -> 'columns') name);
      execute format(
        'with repeated as (
           select %1$s, count(*) as n_rows from %2$s t where (%3$s) and num_nulls(%1$s) = 0
           group by %1$s having count(*) > 1
         )
         select coalesce(sum(n_rows - 1), 0),
           (select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from (select * from repeated t order by %1$s limit 3) t)
         from repeated',
        array_to_string(asked, ', '), of_table, scope) into n_broken, examples;
    else
      n_broken := counted[place + 2];
    end if;
    if n_broken > 0 and item ->> 'kind' <> 'unique' then
      execute format('select jsonb_agg(to_jsonb(t)) from (select * from %s t where (%s) and (%s) limit 3) t',
        of_table, scope, conditions[place + 1]) into examples;
    end if;
    return next;
  end loop;
end
$$;
comment on function ops_db.count_broken is 'One row per check: rows in scope, rows that break it, the newest value, examples.';
