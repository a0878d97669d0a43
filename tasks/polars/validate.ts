/**
 * Polars program: types raw ratings and says what is wrong with each.
 *
 * In:   rating_id, lane, user_id, movie_id, rating, rated_us, has_movie (t, f).
 * Out:  rating_id, lane, user_id, movie_id, rating, rated_at, reason (empty: none), detail (of failed_check).
 * Arguments: the earliest and the latest possible time, microseconds since 1970; checks that set rows aside, as JSON.
 */
import pl from "nodejs-polars";
import { readFrame, writeFrame } from "./_csv.ts";
import { judged, staged } from "./_verdict.ts";

const [earliest, latest] = Deno.args.slice(0, 2).map(Number);
const checks = JSON.parse(Deno.args[2] ?? "[]");

const raw = await readFrame({
  rating_id: pl.Int64,
  lane: pl.Utf8,
  user_id: pl.Int32,
  movie_id: pl.Int32,
  rating: pl.Float64,
  rated_us: pl.Int64,
  has_movie: pl.Utf8,
});
const typed = raw.withColumn(pl.col("has_movie").eq(pl.lit("t")).alias("has_movie"));
await writeFrame(staged(judged(typed, { earliest, latest, checks })));
