-- ops_db: what a version carries for its card, who became champion when and why, what a tracking server was sent.

alter table ops_db.model_versions
  add column manifest_hash text,
  add column from_batch integer not null default 0,
  add column rated_through timestamptz,
  add column pruned_at timestamptz;
comment on column ops_db.model_versions.manifest_hash is 'the manifest that the training worked by, as its run began';
comment on column ops_db.model_versions.from_batch is
  'the oldest batch that the fit learned from: 0 from scratch; of a warm update the first one after its parent''s, replay left out';
comment on column ops_db.model_versions.rated_through is 'the newest rated_at through through_batch';
comment on column ops_db.model_versions.pruned_at is 'when its artifact was removed; the row stays';

update ops_db.model_versions v
set manifest_hash = r.manifest_hash,
    from_batch = case when v.mode = 'warm'
      then coalesce((select p.through_batch + 1 from ops_db.model_versions p where p.version = v.parent), 0) else 0 end,
    rated_through = (select max(newest_rated_at) from ops_db.batch_ranges g where g.batch_id <= v.through_batch)
from ops_db.runs r
where r.run_id = v.run_id;

create table ops_db.promotions (
  promotion_id integer generated always as identity,
  version      text not null,
  predecessor  text,
  kind         text not null,
  decided_by   text not null,
  reason       text not null,
  run_id       integer,
  promoted_at  timestamptz not null default now(),
  constraint promotions_pkey primary key (promotion_id),
  constraint promotions_version_fkey foreign key (version) references ops_db.model_versions,
  constraint promotions_predecessor_fkey foreign key (predecessor) references ops_db.model_versions (version),
  constraint promotions_run_fkey foreign key (run_id) references ops_db.runs,
  constraint promotions_kind_known check (kind in ('gate', 'promote', 'rollback')),
  constraint promotions_change_something check (version is distinct from predecessor)
);
create index promotions_by_version on ops_db.promotions (version, promotion_id);
comment on table ops_db.promotions is 'One row per change of the champion, in order: by the gate, or by a person.';
comment on column ops_db.promotions.predecessor is 'the champion before; null: there was none';
comment on column ops_db.promotions.run_id is 'the run whose gate decided; null: a person did, outside of any run';

insert into ops_db.promotions (version, predecessor, kind, decided_by, reason, run_id, promoted_at)
select version, lag(version) over (order by decided_at, version), 'gate', 'gate', 'before promotions were kept', run_id, decided_at
from ops_db.model_versions
where status in ('champion', 'retired') and metrics ?| array['rmse', 'ndcg@10'] and decided_at is not null
order by decided_at, version;

create table ops_db.mlflow_runs (
  server        text not null,
  subject       text not null,
  mlflow_run_id text not null,
  is_complete   boolean not null default false,
  sent_at       timestamptz not null default now(),
  constraint mlflow_runs_pkey primary key (server, subject)
);
comment on table ops_db.mlflow_runs is 'One row per tracking server and subject (run/41, version/0123abcd…) that it has a run of.';
comment on column ops_db.mlflow_runs.is_complete is 'all that was to be sent has been; else the next run goes on with it';
