-- ops_db: slots of the schedules, requested runs, events and who was told of them; runs of some stages only.

alter table ops_db.runs
  add column slot text,
  add column is_told boolean not null default false,
  drop constraint runs_kind_known,
  drop constraint runs_one_per_day;
alter table ops_db.runs
  add constraint runs_kind_known check (kind in ('bootstrap', 'daily', 'partial')),
  add constraint runs_slot_of_partial check ((kind = 'partial') = (slot is not null));
create unique index runs_one_per_day on ops_db.runs (day, kind) where kind <> 'partial';
create unique index runs_one_per_slot on ops_db.runs (slot) where kind = 'partial';
comment on column ops_db.runs.kind is
  'bootstrap takes the head of the archive, daily one day''s batch; partial is a run of some stages only';
comment on column ops_db.runs.slot is 'what a partial run is for: its schedule and due instant, or its request';

comment on column ops_db.runs.is_told is 'the events of how it ended are recorded';
-- What ended before there were events is no news.
update ops_db.runs set is_told = true where finished_at is not null;
create index runs_untold on ops_db.runs (run_id) where not is_told;

create table ops_db.schedules (
  schedule   text not null,
  settled_to timestamptz not null,
  constraint schedules_pkey primary key (schedule)
);
comment on table ops_db.schedules is
  'One row per schedule of the manifest that a scheduler watches: all that was due up to settled_to has its slot.';

create table ops_db.slots (
  schedule    text not null,
  due_at      timestamptz not null,
  day         date not null,
  is_part     boolean not null,
  status      text not null,
  is_made_up  boolean not null,
  run_id      integer,
  started_at  timestamptz,
  finished_at timestamptz,
  reason      text,
  is_told     boolean not null default false,
  constraint slots_pkey primary key (schedule, due_at),
  constraint slots_run_fkey foreign key (run_id) references ops_db.runs,
  constraint slots_status_known
    check (status in ('queued', 'running', 'done', 'failed', 'skipped', 'missed'))
);
create index slots_open on ops_db.slots (due_at) where status in ('queued', 'running');
create index slots_untold on ops_db.slots (schedule) where not is_told and run_id is null;
create index slots_without_run on ops_db.slots (day) where not is_part and status <> 'done';
comment on table ops_db.slots is 'One row per schedule and instant at which it was due, and what became of it.';
comment on column ops_db.slots.is_told is 'that it was missed, or failed without a run, is recorded as an event';
comment on column ops_db.slots.day is 'the local date of due_at in the schedule''s zone: the label of its run';
comment on column ops_db.slots.is_part is 'its schedule names the stages to run; others run whole days, once a label';
comment on column ops_db.slots.is_made_up is 'no scheduler ran when it came due, or that one is gone; catch_up asks for it all the same';

create table ops_db.run_requests (
  request_id   bigint generated always as identity,
  requested_at timestamptz not null default now(),
  requested_by text not null,
  stages       text[],
  params       jsonb not null default '{}',
  status       text not null default 'queued',
  run_id       integer,
  error        text,
  finished_at  timestamptz,
  constraint run_requests_pkey primary key (request_id),
  constraint run_requests_run_fkey foreign key (run_id) references ops_db.runs,
  constraint run_requests_some_stages check (cardinality(stages) > 0),
  constraint run_requests_status_known check (status in ('queued', 'running', 'done', 'failed', 'refused'))
);
comment on table ops_db.run_requests is
  'One row per run that somebody asked a scheduler for; NOTIFY matinee_requests follows each.';
comment on column ops_db.run_requests.stages is 'stages to run alone; null: the whole day';
comment on column ops_db.run_requests.params is 'by stage, parameters in the place of the manifest''s';

create function ops_db.tell_schedulers() returns trigger language plpgsql as $$
begin
  notify matinee_requests;
  return null;
end $$;
create trigger run_requests_tell after insert on ops_db.run_requests
  for each statement execute function ops_db.tell_schedulers();

create table ops_db.events (
  event_id    bigint generated always as identity,
  event       text not null,
  scope       text not null,
  subject     text not null,
  run_id      integer,
  body        jsonb not null,
  occurred_at timestamptz not null default now(),
  constraint events_pkey primary key (event_id),
  constraint events_once unique (event, subject),
  constraint events_run_fkey foreign key (run_id) references ops_db.runs,
  constraint events_event_known check (event in ('failed', 'late', 'recovered', 'drift'))
);
comment on table ops_db.events is 'One row per thing that people may want to be told: a run failed, was late, recovered, drifted.';
comment on column ops_db.events.scope is 'day, or the name of the schedule of partial runs: a recovery ends what its own scope had';
comment on column ops_db.events.subject is 'what it is about, so that it is recorded once';

create table ops_db.notifications (
  event_id  bigint not null,
  target    text not null,
  status    text not null default 'pending',
  error     text,
  told_at   timestamptz,
  constraint notifications_pkey primary key (event_id, target),
  constraint notifications_event_fkey foreign key (event_id) references ops_db.events,
  constraint notifications_status_known check (status in ('pending', 'told', 'failed'))
);
comment on table ops_db.notifications is 'One row per event and webhook or command that the manifest names for it.';
