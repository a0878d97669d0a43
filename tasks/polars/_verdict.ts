/** What is wrong with a raw rating: the one definition, for frames that come as CSV and as rows. */
import pl from "nodejs-polars";
import { firstBroken, type RowCheck } from "./_row_checks.ts";

export interface Rules {
  /** The earliest and the latest possible time, microseconds since 1970. */
  earliest: number;
  latest: number;
  /** Checks of the manifest that set rows aside. */
  checks: readonly RowCheck[];
}

/**
 * `raw` (rating_id, lane, user_id, movie_id, rating, rated_us, has_movie) with its `detail` (of a failed check) and its
 * `reason` (null: nothing is wrong).
 */
export function judged(raw: pl.DataFrame, { earliest, latest, checks }: Rules): pl.DataFrame {
  const rating = pl.col("rating");
  const ratedUs = pl.col("rated_us");
  const halfStars = rating.mul(2);
  // The first that holds is the reason. A comparison with null holds never, hence isNull().
  const reason = pl
    .when(rating.isFinite().not()).then(pl.lit("rating_not_a_number"))
    .when(rating.lt(0.5).or(rating.gt(5)).or(halfStars.neq(halfStars.floor()))).then(
      pl.lit("rating_off_scale"),
    )
    .when(pl.col("has_movie").not()).then(pl.lit("unknown_movie"))
    .when(ratedUs.isNull().or(ratedUs.lt(earliest)).or(ratedUs.gt(latest))).then(pl.lit("impossible_date"))
    .when(pl.col("detail").isNotNull()).then(pl.lit("failed_check"))
    .otherwise(pl.lit(null));
  return raw
    .withColumn(firstBroken(checks).alias("detail"))
    .withColumn(reason.alias("reason"));
}

/** The columns of staged_ratings: sound values typed, others empty, as a year 200000 could not be written as a date. */
export function staged(ratings: pl.DataFrame): pl.DataFrame {
  const sound = (value: pl.Expr, name: string) =>
    pl.when(pl.col("reason").isNull()).then(value).otherwise(pl.lit(null)).alias(name);
  const isFailedCheck = pl.col("reason").eq(pl.lit("failed_check"));
  return ratings.select(
    pl.col("rating_id"),
    pl.col("lane"),
    pl.col("user_id"),
    pl.col("movie_id"),
    sound(pl.col("rating").cast(pl.Float32), "rating"),
    sound(pl.col("rated_us"), "rated_us").cast(pl.Datetime("us")).alias("rated_at"),
    pl.col("reason"),
    pl.when(isFailedCheck).then(pl.col("detail")).otherwise(pl.lit(null)).alias("detail"),
  );
}
