-- ops_db, raw_db: what the server writes: posted ratings, feedback, hidden movies, erasures, requests of every kind.

create table raw_db.hidden_movies (
  user_id   integer not null,
  movie_id  integer not null,
  hidden_at timestamptz not null default now(),
  constraint hidden_movies_pkey primary key (user_id, movie_id)
);
comment on table raw_db.hidden_movies is 'One row per movie that a person never wants to be shown; gone when they take it back.';

create table ops_db.idempotency_keys (
  key          text not null,
  request_hash text not null,
  answer       jsonb not null,
  user_ids     integer[] not null,
  created_at   timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (key)
);
create index idempotency_keys_by_time on ops_db.idempotency_keys (created_at);
comment on table ops_db.idempotency_keys is
  'One row per Idempotency-Key of the last days: what it was sent with, and what it was answered. monitor removes those older than a week.';
comment on column ops_db.idempotency_keys.request_hash is 'sha256 in hex of what was sent under it';
comment on column ops_db.idempotency_keys.user_ids is 'whom the request was about: erasing a person takes it along';

create table ops_db.feedback (
  feedback_id bigint generated always as identity,
  rec_id      text not null,
  user_id     integer,
  event       text not null,
  movie_id    integer not null,
  position    smallint,
  version     text,
  variant     text,
  occurred_at timestamptz not null default now(),
  constraint feedback_pkey primary key (feedback_id),
  constraint feedback_once unique nulls not distinct (rec_id, movie_id, event, user_id),
  constraint feedback_event_known check (event in ('impression', 'click', 'hide')),
  constraint feedback_position_from_one check (position >= 1)
);
create index feedback_by_time on ops_db.feedback (occurred_at) include (version, variant, event);
create index feedback_by_user on ops_db.feedback (user_id) where user_id is not null;
comment on table ops_db.feedback is
  'One row per list (rec_id), movie and event: shown, clicked, hidden. Sent again, it counts once.';
comment on column ops_db.feedback.user_id is 'null: a guest';
comment on column ops_db.feedback.version is 'the model version that made the list; null: popularity did';
comment on column ops_db.feedback.variant is 'the A/B variant that the person was in; null: there was none';

create table ops_db.erasures (
  erasure_id   integer generated always as identity,
  subject_hash text not null,
  user_id      integer,
  counts       jsonb not null,
  erased_by    text not null,
  erased_at    timestamptz not null default now(),
  settled_at   timestamptz,
  constraint erasures_pkey primary key (erasure_id),
  constraint erasures_settled_names_nobody check (settled_at is null or user_id is null)
);
create index erasures_open on ops_db.erasures (erased_at) where settled_at is null;
comment on table ops_db.erasures is
  'One row per person that was erased. Whom it was about, only the holder of the receipt can show once it is settled.';
comment on column ops_db.erasures.subject_hash is
  'sha256 in hex of "salt:user_id"; the salt, 16 random bytes, is in the receipt and nowhere here';
comment on column ops_db.erasures.user_id is
  'until no published snapshot has them any more: servers that load one must leave them out; then null';
comment on column ops_db.erasures.counts is 'rows removed, by table';
comment on column ops_db.erasures.settled_at is
  'when the live model was one that was trained from scratch without them, and no snapshot had them';

alter table ops_db.run_requests
  add column action text not null default 'run',
  add column subject text,
  add column reason text,
  add constraint run_requests_action_known check (action in ('run', 'promote', 'rollback')),
  add constraint run_requests_promote_names_version check ((action = 'promote') = (subject is not null)),
  add constraint run_requests_only_runs_have_stages check (action = 'run' or stages is null);
create index run_requests_open on ops_db.run_requests (request_id) where status in ('queued', 'running');
comment on column ops_db.run_requests.action is 'run: a day or some stages; promote, rollback: another champion';
comment on column ops_db.run_requests.subject is 'promote: the version';
comment on column ops_db.run_requests.reason is 'promote, rollback: why, for the history of promotions';

alter table ops_db.runs add column graph jsonb;
comment on column ops_db.runs.graph is
  'the manifest''s stages with their needs, and its schedules, as the run began (tasks/runner/run/graph.ts); null: a run of before';

-- Rows that an erasure has taken out of a source: n_copied stays the place in its file up to which it is in.
alter table raw_db.sources add column n_erased bigint not null default 0;
comment on column raw_db.sources.n_erased is 'ratings of the file that were removed as the person was erased';

-- A refused row is found by who it is about.
create index rejects_by_user on data_lake_db.rejects (((raw_row ->> 'user_id')::integer)) where reason <> 'unparsable';

-- sha256 of "salt:user_id", the same for who erases and who asks for the proof.
create function ops_db.subject_hash(salt text, user_id integer) returns text
language sql immutable parallel safe
return encode(sha256(convert_to(salt || ':' || user_id, 'UTF8')), 'hex');
comment on function ops_db.subject_hash is 'What ops_db.erasures knows a person by.';
