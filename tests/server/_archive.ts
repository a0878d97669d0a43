/** Rows of an archive in PostgreSQL, as import, ingest, clean and publish leave them. */
import { join } from "node:path";
import type { Pool } from "../../sql/db.ts";
import { encodeSnapshot, type SnapshotParts } from "../../models/snapshot/snapshot.ts";
import { sha256Of } from "../../server/live/sha256.ts";
import { keepScan } from "../support/compute.ts";
import { ofFormat } from "../support/snapshot.ts";
import { publishedSnapshots } from "../../server/follow/publications.ts";

type Pair = readonly [user: number, movie: number];

/** Genres and movies of the lake, and one run for everything else to hang on. */
export async function createArchive(db: Pool, { movies, genres }: SnapshotParts): Promise<void> {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const genreRows = genres.map((name, id) => `(${id}, ${text(name)})`);
  const movieRows = [...movies.ids].map((id, movie) =>
    `(${id}, ${text(movies.titles[movie])}, ${movies.years[movie]}, '{${movies.genreIds[movie]}}')`
  );
  await db.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    select date '2026-03-01' + n, 'daily', 'running', '', '', 1, 1, '' from generate_series(0, 20) n;
    insert into raw_db.sources (sha256, name, edition, n_rows, n_copied, first_id)
    values ('00', 'ratings.csv', 'ml-test', 1000, 1000, 1);
    insert into data_lake_db.genres values ${genreRows};
    insert into data_lake_db.movies values ${movieRows};`);
}

/** Raw ratings with ids from `firstId` on. */
export async function addRaw(
  db: Pool,
  lane: "import" | "live",
  firstId: number,
  pairs: Pair[],
): Promise<void> {
  const source = lane === "import" ? "1, 2" : "null, null";
  const rows = pairs.map(([user, movie], i) =>
    `(${firstId + i}, '${lane}', ${user}, ${movie}, 4, now(), ${source})`
  );
  await db.script(`insert into raw_db.ratings values ${rows}`);
}

export async function addInbox(db: Pool, [user, movie]: Pair): Promise<void> {
  await db.script(`insert into raw_db.inbox (user_id, movie_id, rating) values (${user}, ${movie}, 4)`);
}

/** A batch of closed id ranges. */
export async function addBatch(
  db: Pool,
  batch: number,
  ranges: Record<string, [number, number]>,
): Promise<void> {
  const rows = Object.entries(ranges).map(([lane, [first, last]]) =>
    `(${batch}, '${lane}', ${first}, ${last}, 1)`
  );
  await db.script(`
    insert into ops_db.batches values (${batch}, ${batch + 1}, 'daily', 1);
    insert into ops_db.batch_ranges values ${rows};`);
}

/** Takes a batch's raw ratings into the lake, but for the ids that clean refused. */
export async function cleanBatch(db: Pool, batch: number, refused: number[] = []): Promise<void> {
  await db.script(`
    insert into data_lake_db.ratings (rating_id, batch_id, lane, user_id, movie_id, rating, rated_at)
    select r.rating_id, b.batch_id, r.lane, r.user_id, r.movie_id, r.rating, r.rated_at
    from ops_db.batch_ranges b
    join raw_db.ratings r on r.lane = b.lane and r.rating_id between b.first_id and b.last_id
    where b.batch_id = ${batch} and r.rating_id <> all ('{${refused}}'::bigint[]);
    insert into ops_db.batch_stages values (${batch}, 'clean', 1);`);
}

export interface Published {
  /** Path below the artifact folder. */
  snapshot: string;
  sha256: string;
  publication_id: number;
}

export interface PublishOptions {
  status?: "publishing" | "published";
  tells?: boolean;
  /** Of the file (default: this build's). */
  format?: number;
}

/** Writes the snapshot of `parts`, its row and `current.json`, and tells the server. */
export async function publish(
  db: Pool,
  artifacts: string,
  parts: SnapshotParts,
  { status = "published", tells = true, format }: PublishOptions = {},
): Promise<Published> {
  const made = encodeSnapshot(parts);
  const bytes = format === undefined ? made : ofFormat(format, made);
  const sha256 = sha256Of(bytes);
  const snapshot = `snapshots/${sha256}.snapshot`;
  await Deno.mkdir(join(artifacts, "snapshots"), { recursive: true });
  await Deno.writeFile(join(artifacts, snapshot), bytes);
  await keepScan(artifacts);
  await db.script(`
    insert into ops_db.publications (run_id, version, batch_id, snapshot, sha256, status, published_at)
    values (1, 'test', ${parts.batchId}, '${snapshot}', '${sha256}', '${status}',
      ${status === "published" ? "now()" : "null"})`);
  const publication_id = await newestPublication(db);
  const published = { snapshot, sha256, publication_id };
  if (status === "published") await pointTo(artifacts, published);
  if (tells) await db.script("notify matinee_published");
  return published;
}

export async function pointTo(artifacts: string, published: Published): Promise<void> {
  await Deno.mkdir(artifacts, { recursive: true });
  const aside = join(artifacts, "current.json.tmp");
  await Deno.writeTextFile(aside, JSON.stringify(published));
  await Deno.rename(aside, join(artifacts, "current.json"));
}

/** Flips one bit in the middle of a published file. */
export async function damage(artifacts: string, { snapshot }: Published): Promise<void> {
  const bytes = await Deno.readFile(join(artifacts, snapshot));
  bytes[bytes.length >> 1] ^= 1;
  await Deno.writeFile(join(artifacts, snapshot), bytes);
}

/** 0 while nothing is published. */
async function newestPublication(db: Pool): Promise<number> {
  const [newest] = await publishedSnapshots(db);
  return newest?.publicationId ?? 0;
}
