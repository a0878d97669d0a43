/**
 * Polars program: as `validate.ts`, for an archive's head: raw ratings as binary rows, block by block, so that it
 * streams, and sound ones as finished rows of the lake.
 *
 * In:   int32 n and n movie ids, little-endian; then a binary COPY of sql/queries/clean/copy_raw_rows.sql.
 * Out:  per block four little-endian uint32: raw rows, sound rows, bytes of lake rows, bytes of rejects; then the lake
 *       rows (all of them together are one binary COPY) and the rejects (CSV for staged_ratings).
 * Argument: JSON of `Rules`, batch, lane, and how many rows a block has.
 */
import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { HEADER_BYTES, IN_ROW, lakeRows, readRows, SIGNATURE, TRAILER } from "./_raw_rows.ts";
import { judged, type Rules, staged } from "./_verdict.ts";

declare global {
  var gc: (() => void) | undefined; // with --expose-gc
}

interface Arguments extends Rules {
  batch: number;
  lane: string;
  block: number;
}

const { batch, lane, block, ...rules }: Arguments = JSON.parse(Deno.args[0]);
const lake = lakeRows({ batch, lane, block });

/** Fills as much of `bytes` as there is; this process has nothing else to do, so it may block. */
function read(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const n = Deno.stdin.readSync(bytes.subarray(at));
    if (n === null) break;
    at += n;
  }
  return at;
}

function put(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

function putBlock([rows, sound]: [number, number], lakeRows: Uint8Array, rejects: Uint8Array): void {
  put(new Uint8Array(Uint32Array.of(rows, sound, lakeRows.length, rejects.length).buffer));
  put(lakeRows);
  put(rejects);
}

/** A bit for each possible movie id. */
function readMovies(): (id: number) => boolean {
  const size = new Int32Array(1);
  read(new Uint8Array(size.buffer));
  const ids = new Int32Array(size[0]);
  read(new Uint8Array(ids.buffer));
  const largest = ids.reduce((most, id) => Math.max(most, id), 0);
  if (largest > 1 << 24) {
    const known = new Set(ids);
    return (id) => known.has(id);
  }
  const known = new Uint8Array(largest + 1);
  const below = new Set(ids.filter((id) => id < 0));
  for (const id of ids) if (id >= 0) known[id] = 1;
  return (id) => id >= 0 ? known[id] === 1 : below.has(id);
}

/** Polars takes typed arrays of every kind as they are; its types know of numbers only. */
function int64(name: string, values: BigInt64Array): pl.Series {
  return pl.Series(name, values as unknown as number[]);
}

const NONE = new Uint8Array(0);
/** About 100 MB of frames. */
const ROWS_A_COLLECTION = 1 << 20;
let sinceCollected = 0;
const isMovie = readMovies();
const raw = new Uint8Array(block * IN_ROW);

read(new Uint8Array(HEADER_BYTES));
putBlock([0, 0], SIGNATURE, NONE);
for (;;) {
  // Only the end leaves a block unfilled: its last two bytes are the trailer.
  const n = Math.floor(read(raw) / IN_ROW);
  if (n === 0) break;
  const view = new DataView(raw.buffer, 0, n * IN_ROW);
  const { ids, users, movies, ratings, ratedUs } = readRows(view, n);
  const frame = pl.DataFrame({
    rating_id: int64("rating_id", ids),
    user_id: pl.Series("user_id", users),
    movie_id: pl.Series("movie_id", movies),
    rating: pl.Series("rating", ratings),
    rated_us: int64("rated_us", ratedUs),
    has_movie: pl.Series("has_movie", Uint8Array.from(movies, (id) => isMovie(id) ? 1 : 0)),
  }).withColumns(
    pl.lit(lane).alias("lane"),
    pl.col("has_movie").eq(pl.lit(1)).alias("has_movie"),
  );
  const verdict = judged(frame, rules);
  const isSound = verdict.getColumn("reason").isNull().cast(pl.Int32).toTypedArray();
  const refused = verdict.filter(pl.col("reason").isNotNull());
  const csv = refused.height === 0
    ? NONE
    : new Uint8Array(Buffer.from(staged(refused).writeCSV({ includeHeader: false })));
  putBlock([n, n - refused.height], lake.write(view, (row) => isSound[row] === 1), csv);
  if (n < block) break;
  sinceCollected += n;
  if (sinceCollected >= ROWS_A_COLLECTION) {
    globalThis.gc?.(); // frames lie outside the heap, which therefore sees no need
    await new Promise((resolve) => setTimeout(resolve, 0)); // and are let go of between two turns only
    sinceCollected = 0;
  }
}
putBlock([0, 0], TRAILER, NONE);
