-- ops_db: what the gate was given and decided; every training, whether or not it made a new version.

create table ops_db.judgements (
  judgement_id integer generated always as identity,
  run_id       integer not null,
  seed         integer not null,
  options      jsonb not null,
  parties      jsonb not null,
  ruling       jsonb not null,
  champion     text,
  standards    jsonb not null,
  n_ratings    integer[],
  is_cold      smallint[],
  judged_at    timestamptz not null default now(),
  constraint judgements_pkey primary key (judgement_id),
  constraint judgements_run_fkey foreign key (run_id) references ops_db.runs
);
create index judgements_by_run on ops_db.judgements (run_id);
comment on table ops_db.judgements is
  'One row per time that the gate judged candidates: all that the verdict depends on, and the verdict.';
comment on column ops_db.judgements.parties is 'candidates, champion, rivals and standards that it was given';
comment on column ops_db.judgements.champion is 'the live version after it; another one now was put there by hand';
comment on column ops_db.judgements.standards is 'by measure, the version that later champions must not fall below';
comment on column ops_db.judgements.n_ratings is
  'held-out ratings by person, nobody''s id; null once evaluate''s keep_pairs has passed';

create table ops_db.judgement_scores (
  judgement_id   integer not null,
  version        text not null,
  squared_errors double precision[],
  ndcgs          double precision[],
  constraint judgement_scores_pkey primary key (judgement_id, version),
  constraint judgement_scores_judgement_fkey foreign key (judgement_id) references ops_db.judgements
);
comment on table ops_db.judgement_scores is
  'One row per judgement and version: what it made of each person, at the places of judgements.n_ratings.';
comment on column ops_db.judgement_scores.squared_errors is 'sums of squared errors by person; null: it predicts no ratings';
comment on column ops_db.judgement_scores.ndcgs is 'NaN for a person with nothing to be found; null: it makes no lists';

create table ops_db.trainings (
  run_id   integer not null,
  spec     text not null,
  model    text not null,
  mode     text not null,
  version  text not null,
  constraint trainings_pkey primary key (run_id, spec),
  constraint trainings_run_fkey foreign key (run_id) references ops_db.runs,
  constraint trainings_mode_known check (mode in ('scratch', 'warm'))
);
comment on table ops_db.trainings is
  'One row per run and model with its settings that it trained; the version may be one that was there.';
comment on column ops_db.trainings.spec is 'the model''s name and a hash of its hyperparameters';

insert into ops_db.trainings (run_id, spec, model, mode, version)
select distinct on (run_id, model) run_id, model, model, mode, version
from ops_db.model_versions
order by run_id, model, mode, created_at desc;
