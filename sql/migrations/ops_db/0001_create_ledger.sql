-- ops_db: the runner's own ledger (runs, stage attempts, batches), the model registry and the metrics.

create schema if not exists ops_db;

create table ops_db.runs (
  run_id        integer generated always as identity,
  day           date not null,
  kind          text not null,
  status        text not null,
  manifest_hash text not null,
  manifest      text not null,
  seed          integer not null,
  pid           integer not null,
  host          text not null,
  started_at    timestamptz not null default now(),
  finished_at   timestamptz,
  constraint runs_pkey primary key (run_id),
  constraint runs_kind_known check (kind in ('bootstrap', 'daily')),
  constraint runs_status_known check (status in ('running', 'succeeded', 'failed', 'interrupted')),
  constraint runs_one_per_day unique (day, kind)
);
comment on table ops_db.runs is 'One row per run: a day''s label and what became of it. A resumed run keeps its row.';
comment on column ops_db.runs.kind is 'bootstrap takes the head of the archive, daily one day''s batch';

create table ops_db.stage_runs (
  stage_run_id  bigint generated always as identity,
  run_id        integer not null,
  stage         text not null,
  task          text not null,
  attempt       integer not null,
  status        text not null,
  rows_in       bigint,
  rows_out      bigint,
  outputs       jsonb not null default '{}',
  error         text,
  started_at    timestamptz not null default now(),
  finished_at   timestamptz,
  constraint stage_runs_pkey primary key (stage_run_id),
  constraint stage_runs_run_fkey foreign key (run_id) references ops_db.runs,
  constraint stage_runs_one_per_attempt unique (run_id, stage, attempt),
  constraint stage_runs_status_known
    check (status in ('running', 'succeeded', 'failed', 'skipped', 'interrupted'))
);
comment on table ops_db.stage_runs is 'One row per attempt at a stage in a run.';

create table ops_db.batches (
  batch_id    integer not null,
  run_id      integer not null,
  kind        text not null,
  n_ratings   bigint not null,
  created_at  timestamptz not null default now(),
  constraint batches_pkey primary key (batch_id),
  constraint batches_one_per_run unique (run_id),
  constraint batches_run_fkey foreign key (run_id) references ops_db.runs,
  constraint batches_kind_known check (kind in ('bootstrap', 'daily'))
);
comment on table ops_db.batches is 'One row per batch: the raw rows that one run took. batch_id counts from 0, without gaps.';

create table ops_db.batch_ranges (
  batch_id  integer not null,
  lane      text not null,
  first_id  bigint not null,
  last_id   bigint not null,
  n_rows    bigint not null,
  constraint batch_ranges_pkey primary key (batch_id, lane),
  constraint batch_ranges_batch_fkey foreign key (batch_id) references ops_db.batches,
  constraint batch_ranges_lane_known check (lane in ('import', 'live', 'unparsable')),
  constraint batch_ranges_in_order check (first_id <= last_id)
);
comment on table ops_db.batch_ranges is
  'One row per batch and lane: the closed range of ids taken from that lane (rating_id, or unparsable_id).';

create table ops_db.batch_stages (
  batch_id  integer not null,
  task      text not null,
  run_id    integer not null,
  done_at   timestamptz not null default now(),
  constraint batch_stages_pkey primary key (batch_id, task),
  constraint batch_stages_batch_fkey foreign key (batch_id) references ops_db.batches,
  constraint batch_stages_run_fkey foreign key (run_id) references ops_db.runs
);
comment on table ops_db.batch_stages is
  'One row per batch and task that has finished it, written in the transaction that wrote the data.';

create table ops_db.model_versions (
  version          text not null,
  model            text not null,
  mode             text not null,
  status           text not null,
  parent           text,
  run_id           integer not null,
  through_batch    integer not null,
  n_ratings        bigint not null,
  config           jsonb not null,
  metrics          jsonb not null default '{}',
  artifact         text not null,
  seed             integer not null,
  created_at       timestamptz not null default now(),
  decided_at       timestamptz,
  constraint model_versions_pkey primary key (version),
  constraint model_versions_run_fkey foreign key (run_id) references ops_db.runs,
  constraint model_versions_mode_known check (mode in ('scratch', 'warm')),
  constraint model_versions_status_known
    check (status in ('candidate', 'champion', 'rejected', 'inconclusive', 'retired'))
);
create unique index model_versions_one_champion on ops_db.model_versions (status) where status = 'champion';
comment on table ops_db.model_versions is
  'One row per trained version; version is the sha256 (16 hex digits) of the artifact that it names.';
comment on column ops_db.model_versions.through_batch is 'the newest batch whose ratings the version was trained on';

create table ops_db.model_metrics (
  run_id   integer not null,
  version  text not null,
  protocol text not null,
  slice    text not null,
  metric   text not null,
  value    double precision not null,
  n        bigint not null,
  constraint model_metrics_pkey primary key (run_id, version, protocol, slice, metric),
  constraint model_metrics_run_fkey foreign key (run_id) references ops_db.runs
);
comment on table ops_db.model_metrics is
  'One row per run, scorer (a model version, or popularity or bias), protocol (prequential, holdout), slice and metric.';

create table ops_db.best_score (
  metric     text not null,
  version    text not null,
  value      double precision not null,
  run_id     integer not null,
  constraint best_score_pkey primary key (metric),
  constraint best_score_version_fkey foreign key (version) references ops_db.model_versions
);
comment on table ops_db.best_score is 'One row per hold-out metric: the champion''s figure.';

create table ops_db.metric_history (
  run_id    integer not null,
  metric    text not null,
  slice     text not null default 'all',
  value     double precision not null,
  threshold double precision,
  is_breach boolean not null default false,
  constraint metric_history_pkey primary key (run_id, metric, slice),
  constraint metric_history_run_fkey foreign key (run_id) references ops_db.runs
);
comment on table ops_db.metric_history is 'One row per run and monitored metric (volume, freshness, quality, drift).';

create table ops_db.publications (
  publication_id integer generated always as identity,
  run_id         integer not null,
  version        text,
  batch_id       integer not null,
  snapshot       text not null,
  sha256         text not null,
  status         text not null,
  published_at   timestamptz,
  constraint publications_pkey primary key (publication_id),
  constraint publications_run_fkey foreign key (run_id) references ops_db.runs,
  constraint publications_status_known check (status in ('publishing', 'published', 'undone'))
);
comment on table ops_db.publications is 'One row per snapshot handed to the server: publishing, then published or undone.';
