/** The schemas' tables and their columns: the one list that row types come from. A test holds it against PostgreSQL. */

type ColumnType =
  | "smallint"
  | "integer"
  | "bigint"
  | "real"
  | "double precision"
  | "text"
  | "boolean"
  | "date"
  | "timestamp with time zone"
  | "jsonb"
  | "smallint[]"
  | "integer[]"
  | "text[]"
  | "real[]"
  | "double precision[]";

/** Column types as PostgreSQL names them; a trailing `?` marks a column that may be null. */
export const TABLES = {
  "raw_db.sources": {
    source_id: "integer",
    sha256: "text",
    name: "text",
    edition: "text",
    is_sample: "boolean",
    n_rows: "bigint",
    n_copied: "bigint",
    first_id: "bigint",
    imported_at: "timestamp with time zone?",
    n_known: "bigint",
  },
  "raw_db.source_mappings": {
    source_id: "integer",
    as_written: "jsonb",
    is_implicit: "boolean",
    scale_min: "double precision?",
    scale_max: "double precision?",
  },
  "raw_db.user_keys": { user_id: "integer", key: "text" },
  "raw_db.movie_keys": { movie_id: "integer", key: "text" },
  "raw_db.ratings": {
    rating_id: "bigint",
    lane: "text",
    user_id: "integer",
    movie_id: "integer",
    rating: "double precision",
    rated_at: "timestamp with time zone",
    source_id: "integer?",
    source_line: "integer?",
  },
  "raw_db.unparsable": {
    unparsable_id: "bigint",
    source_id: "integer",
    source_line: "integer",
    line: "text",
    reason: "text",
  },
  "raw_db.movies": { movie_id: "integer", title: "text", genres: "text" },
  "raw_db.users": {
    user_id: "integer",
    gender: "text?",
    age: "integer?",
    occupation: "text?",
    zip_code: "text?",
  },
  "raw_db.inbox": {
    inbox_id: "bigint",
    user_id: "integer",
    movie_id: "integer",
    rating: "double precision",
    rated_at: "timestamp with time zone",
    received_at: "timestamp with time zone",
  },
  "data_lake_db.genres": { genre_id: "smallint", name: "text" },
  "data_lake_db.movies": { movie_id: "integer", title: "text", year: "smallint?", genre_ids: "smallint[]" },
  "data_lake_db.ratings": {
    rating_id: "bigint",
    batch_id: "integer",
    lane: "text",
    user_id: "integer",
    movie_id: "integer",
    rating: "real",
    replaces: "real?",
    is_stale: "boolean",
    rated_at: "timestamp with time zone",
  },
  "data_lake_db.rejects": {
    lane: "text",
    raw_id: "bigint",
    batch_id: "integer",
    reason: "text",
    raw_row: "jsonb",
    detail: "text?",
  },
  "processed_db.rating_totals": { is_only: "boolean", n_ratings: "bigint", rating_sum: "double precision" },
  "processed_db.user_features": {
    user_id: "integer",
    n_ratings: "integer",
    rating_sum: "double precision",
    genre_counts: "integer[]",
    genre_sums: "double precision[]",
  },
  "processed_db.movie_features": {
    movie_id: "integer",
    n_ratings: "integer",
    rating_sum: "double precision",
  },
  "processed_db.movie_embeddings": { version: "text", movie_id: "integer", embedding: "real[]" },
  "processed_db.user_embeddings": { version: "text", user_id: "integer", embedding: "real[]" },
  "processed_db.embedding_versions": { version: "text", batch_id: "integer", mean: "double precision" },
  "ops_db.migrations": { number: "integer", name: "text", applied_at: "timestamp with time zone" },
  "ops_db.runs": {
    run_id: "integer",
    day: "date",
    kind: "text",
    status: "text",
    manifest_hash: "text",
    manifest: "text",
    seed: "integer",
    pid: "integer",
    host: "text",
    started_at: "timestamp with time zone",
    finished_at: "timestamp with time zone?",
    slot: "text?",
    is_told: "boolean",
  },
  "ops_db.schedules": { schedule: "text", settled_to: "timestamp with time zone" },
  "ops_db.slots": {
    schedule: "text",
    due_at: "timestamp with time zone",
    day: "date",
    is_part: "boolean",
    status: "text",
    is_made_up: "boolean",
    run_id: "integer?",
    started_at: "timestamp with time zone?",
    finished_at: "timestamp with time zone?",
    reason: "text?",
    is_told: "boolean",
  },
  "ops_db.run_requests": {
    request_id: "bigint",
    requested_at: "timestamp with time zone",
    requested_by: "text",
    stages: "text[]?",
    params: "jsonb",
    status: "text",
    run_id: "integer?",
    error: "text?",
    finished_at: "timestamp with time zone?",
  },
  "ops_db.events": {
    event_id: "bigint",
    event: "text",
    scope: "text",
    subject: "text",
    run_id: "integer?",
    body: "jsonb",
    occurred_at: "timestamp with time zone",
  },
  "ops_db.notifications": {
    event_id: "bigint",
    target: "text",
    status: "text",
    error: "text?",
    told_at: "timestamp with time zone?",
  },
  "ops_db.stage_runs": {
    stage_run_id: "bigint",
    run_id: "integer",
    stage: "text",
    task: "text",
    attempt: "integer",
    status: "text",
    rows_in: "bigint?",
    rows_out: "bigint?",
    outputs: "jsonb",
    error: "text?",
    started_at: "timestamp with time zone",
    finished_at: "timestamp with time zone?",
  },
  "ops_db.batches": {
    batch_id: "integer",
    run_id: "integer",
    kind: "text",
    n_ratings: "bigint",
    created_at: "timestamp with time zone",
  },
  "ops_db.batch_ranges": {
    batch_id: "integer",
    lane: "text",
    first_id: "bigint",
    last_id: "bigint",
    n_rows: "bigint",
    newest_rated_at: "timestamp with time zone?",
    late_before: "timestamp with time zone?",
    n_late: "bigint",
  },
  "ops_db.batch_stages": {
    batch_id: "integer",
    task: "text",
    run_id: "integer",
    done_at: "timestamp with time zone",
  },
  "ops_db.check_results": {
    check_result_id: "bigint",
    run_id: "integer",
    stage: "text",
    attempt: "integer",
    batch_id: "integer?",
    place: "integer",
    kind: "text",
    check_text: "text",
    table_name: "text",
    column_name: "text?",
    n_rows: "bigint",
    n_broken: "bigint",
    share: "double precision",
    threshold: "double precision?",
    severity: "text",
    outcome: "text",
    found: "text",
    examples: "jsonb",
    checked_at: "timestamp with time zone",
  },
  "ops_db.model_versions": {
    version: "text",
    model: "text",
    mode: "text",
    status: "text",
    parent: "text?",
    run_id: "integer",
    through_batch: "integer",
    n_ratings: "bigint",
    config: "jsonb",
    metrics: "jsonb",
    artifact: "text",
    seed: "integer",
    created_at: "timestamp with time zone",
    decided_at: "timestamp with time zone?",
  },
  "ops_db.model_metrics": {
    run_id: "integer",
    version: "text",
    protocol: "text",
    slice: "text",
    metric: "text",
    value: "double precision",
    n: "bigint",
  },
  "ops_db.best_score": { metric: "text", version: "text", value: "double precision", run_id: "integer" },
  "ops_db.metric_history": {
    run_id: "integer",
    metric: "text",
    slice: "text",
    value: "double precision",
    threshold: "double precision?",
    is_breach: "boolean",
  },
  "ops_db.publications": {
    publication_id: "integer",
    run_id: "integer",
    version: "text?",
    batch_id: "integer",
    snapshot: "text",
    sha256: "text",
    status: "text",
    published_at: "timestamp with time zone?",
  },
} as const satisfies Record<string, Record<string, ColumnType | `${ColumnType}?`>>;

export type TableName = keyof typeof TABLES;

type Value<Type> = Type extends `${infer Base}?` ? Value<Base> | null
  : Type extends "text[]" ? string[]
  : Type extends `${string}[]` ? number[]
  : Type extends "smallint" | "integer" | "bigint" | "real" | "double precision" ? number
  : Type extends "boolean" ? boolean
  : Type extends "timestamp with time zone" ? Date
  : Type extends "jsonb" ? Record<string, unknown>
  : string;

/** A row of `Table` as the driver hands it over. */
export type Row<Table extends TableName> = {
  -readonly [Column in keyof typeof TABLES[Table]]: Value<typeof TABLES[Table][Column]>;
};
