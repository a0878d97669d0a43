/**
 * Polars program: types raw ratings and says what is wrong with each.
 *
 * In:   rating_id, lane, user_id, movie_id, rating, rated_us, has_movie (t, f).
 * Out:  rating_id, lane, user_id, movie_id, rating, rated_at, reason (empty: none), detail (of failed_check).
 * Arguments: the earliest and the latest possible time, microseconds since 1970; checks that set rows aside, as JSON.
 */
import pl from "nodejs-polars";
import { readFrame, writeFrame } from "./_csv.ts";
import { firstBroken, type RowCheck } from "./_row_checks.ts";

const [earliest, latest] = Deno.args.slice(0, 2).map(Number);
const checks: RowCheck[] = JSON.parse(Deno.args[2] ?? "[]");

const rating = pl.col("rating");
const ratedUs = pl.col("rated_us");
const halfStars = rating.mul(2);

// The first that holds is the reason. A comparison with null holds never, hence isNull().
const reason = pl
  .when(rating.isFinite().not()).then(pl.lit("rating_not_a_number"))
  .when(rating.lt(0.5).or(rating.gt(5)).or(halfStars.neq(halfStars.floor()))).then(pl.lit("rating_off_scale"))
  .when(pl.col("has_movie").eq(pl.lit("f"))).then(pl.lit("unknown_movie"))
  .when(ratedUs.isNull().or(ratedUs.lt(earliest)).or(ratedUs.gt(latest))).then(pl.lit("impossible_date"))
  .when(pl.col("detail").isNotNull()).then(pl.lit("failed_check"))
  .otherwise(pl.lit(null));

const raw = await readFrame({
  rating_id: pl.Int64,
  lane: pl.Utf8,
  user_id: pl.Int32,
  movie_id: pl.Int32,
  rating: pl.Float64,
  rated_us: pl.Int64,
  has_movie: pl.Utf8,
});
const judged = raw
  .withColumn(firstBroken(checks).alias("detail"))
  .withColumn(reason.alias("reason"));
// Only sound values are typed: a year 200000 could not be written as a date.
const sound = (value: pl.Expr, name: string) =>
  pl.when(pl.col("reason").isNull()).then(value).otherwise(pl.lit(null)).alias(name);

await writeFrame(judged.select(
  pl.col("rating_id"),
  pl.col("lane"),
  pl.col("user_id"),
  pl.col("movie_id"),
  sound(rating.cast(pl.Float32), "rating"),
  sound(ratedUs, "rated_us").cast(pl.Datetime("us")).alias("rated_at"),
  pl.col("reason"),
  pl.when(pl.col("reason").eq(pl.lit("failed_check"))).then(pl.col("detail")).otherwise(pl.lit(null)).alias(
    "detail",
  ),
));
