-- erased_rows: one row per raw row of the person who is being erased; gone when the transaction ends.

create temporary table erased_rows (
  lane        text not null,
  raw_id      bigint not null,
  batch_id    integer,
  is_accepted boolean not null,
  is_late     boolean not null
) on commit drop
