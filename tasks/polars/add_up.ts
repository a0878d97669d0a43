/**
 * Polars program: adds up what ratings change, per user, per movie, and per user and genre.
 *
 * In:   user_id, movie_id, genres (0|4|7, or empty), n, rating_sum.
 * Out:  kind (user, movie, user_genre), id, genre_id (user_genre only), n, rating_sum.
 *
 * Sums of half stars are exact in a double, in whatever order the threads add them.
 */
import pl from "nodejs-polars";
import { readFrame, writeFrame } from "./_csv.ts";

const changes = await readFrame({
  user_id: pl.Int32,
  movie_id: pl.Int32,
  genres: pl.Utf8,
  n: pl.Int32,
  rating_sum: pl.Float64,
});

function addedUp(frame: pl.DataFrame, keys: string[]): pl.DataFrame {
  return frame.groupBy(keys).agg(pl.col("n").sum(), pl.col("rating_sum").sum());
}

function rows(kind: string, frame: pl.DataFrame, { id, genre }: { id: string; genre: pl.Expr }) {
  return frame.select(
    pl.lit(kind).alias("kind"),
    pl.col(id).alias("id"),
    genre.cast(pl.Int16).alias("genre_id"),
    pl.col("n"),
    pl.col("rating_sum"),
  );
}

// Movies share few combinations of genres: adding up by combination first leaves less to explode.
const byGenre = addedUp(changes.filter(pl.col("genres").isNotNull()), ["user_id", "genres"])
  .withColumn(pl.col("genres").str.split("|"))
  .explode("genres");

await writeFrame(pl.concat([
  rows("user", addedUp(changes, ["user_id"]), { id: "user_id", genre: pl.lit(null) }),
  rows("movie", addedUp(changes, ["movie_id"]), { id: "movie_id", genre: pl.lit(null) }),
  rows("user_genre", addedUp(byGenre, ["user_id", "genres"]), { id: "user_id", genre: pl.col("genres") }),
]));
