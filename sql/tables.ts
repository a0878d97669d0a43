/** The schemas' tables and their columns: the one list that row types come from. A test holds it against PostgreSQL. */
import { OPS_TABLES } from "./_ops_tables.ts";

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
    n_erased: "bigint",
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
  "raw_db.hidden_movies": { user_id: "integer", movie_id: "integer", hidden_at: "timestamp with time zone" },
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
  "processed_db.movie_days": {
    day: "date",
    movie_id: "integer",
    n_ratings: "integer",
    rating_sum: "double precision",
  },
  "processed_db.movie_embeddings": { version: "text", movie_id: "integer", embedding: "real[]" },
  "processed_db.user_embeddings": { version: "text", user_id: "integer", embedding: "real[]" },
  "processed_db.embedding_versions": { version: "text", batch_id: "integer", mean: "double precision" },
  ...OPS_TABLES,
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
