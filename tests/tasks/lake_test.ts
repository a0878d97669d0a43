import assert from "@std/assert";
import { IdIndex } from "../../models/id_index.ts";
import { readFeatureState, readMovies } from "../../tasks/_lake.ts";
import { testPool } from "../support/database.ts";
import { addMovies, GENRES_OF } from "./_archive.ts";

Deno.test("readMovies() gives the catalogue by id, with titles and genres", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await pool.script(
    "insert into data_lake_db.movies values (7, 'No Year', null, '{}'), (5, 'Five', 1924, '{2,0}')",
  );
  const { catalogue, titles, genres } = await readMovies(pool);
  assert.deepEqual([...catalogue.movies.ids], [1, 2, 3, 4, 5, 7]);
  assert.deepEqual(titles, ["Movie 1", "Movie 2", "Movie 3", "Movie 4", "Five", "No Year"]);
  assert.deepEqual(genres, ["Comedy", "Drama", "War"]);
  assert.equal(catalogue.nGenres, 3);
  assert.deepEqual([catalogue.years[4], catalogue.years[5] || null], [1924, null]);
  const genresAt = (movie: number) => [
    ...catalogue.genres.subarray(catalogue.genreStarts[movie], catalogue.genreStarts[movie + 1]),
  ];
  for (const [id, wanted] of Object.entries(GENRES_OF)) assert.deepEqual(genresAt(Number(id) - 1), wanted);
  assert.deepEqual([genresAt(4), genresAt(5)], [[2, 0], []]);
});

Deno.test("readFeatureState() gives users positions behind those that have one, and zeros for new genres", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await pool.script(`
    insert into processed_db.rating_totals values (true, 7, 20.5);
    insert into processed_db.user_features values
      (9, 3, 8.5, '{2,1,0}', '{5.5,3,0}'), (4, 4, 12, '{4}', '{12}');
    insert into processed_db.movie_features values (3, 5, 14.5), (1, 2, 6);`);
  const { catalogue } = await readMovies(pool);
  const users = IdIndex.from([77, 9]);
  const state = await readFeatureState(pool, { catalogue, users });
  assert.deepEqual([...users.ids], [77, 9, 4]);
  assert.deepEqual([state.nRatings, state.ratingSum], [7, 20.5]);
  assert.deepEqual([...state.movieCounts], [2, 0, 5, 0]);
  assert.deepEqual([...state.movieSums], [6, 0, 14.5, 0]);
  const read = (user: number) => {
    const { nRatings, ratingSum, genreCounts, genreSums } = state.user(user);
    return [nRatings, ratingSum, Array.from(genreCounts), Array.from(genreSums)];
  };
  assert.deepEqual([0, 1, 2].map(read), [
    [0, 0, [0, 0, 0], [0, 0, 0]],
    [3, 8.5, [2, 1, 0], [5.5, 3, 0]],
    [4, 12, [4, 0, 0], [12, 0, 0]],
  ]);
});

Deno.test("readFeatureState() of an empty store is a state before the first rating", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const { catalogue } = await readMovies(pool);
  const users = new IdIndex();
  const state = await readFeatureState(pool, { catalogue, users });
  assert.deepEqual([state.nRatings, state.ratingSum, users.size, state.mean], [0, 0, 0, 2.75]);
});

Deno.test("readFeatureState() refuses features of a movie that the lake lacks", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const { catalogue } = await readMovies(pool);
  await pool.script("insert into processed_db.movie_features values (9, 1, 3)");
  await assert.rejects(readFeatureState(pool, { catalogue, users: new IdIndex() }), {
    name: "RangeError",
    message: "Cannot read the features of movie 9: data_lake_db.movies lacks it",
  });
});
