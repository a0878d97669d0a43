import assert from "@std/assert";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import { testPool } from "../../support/database.ts";
import { appOn, servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";

const PARTS = snapshotParts();
const SERVING = await servingOf(PARTS);
const { app } = appOn(SERVING);
type Rows = Record<string, string | number | null>[];
const rowsOf = async (list: string): Promise<Rows> => {
  const response = await app.request(`/data/${list}`);
  assert.equal(response.status, 200, list);
  return (await response.json()).rows;
};
const total = (rows: Rows, field: string) => rows.reduce((sum, row) => sum + Number(row[field]), 0);

Deno.test("GET /data/{list} counts every rating of the snapshot once", async () => {
  const n = SERVING.snapshot.rated.entries.length;
  assert.equal(total(await rowsOf("rating_histogram"), "n_ratings"), n);
  const totals = Object.fromEntries((await rowsOf("totals")).map(({ name, value }) => [name, value]));
  assert.deepEqual([totals.people, totals.movies], [SERVING.snapshot.userIds.length, 60]);
  for (
    const [list, counts] of [
      ["ratings_per_movie", [...PARTS.movies.nRatings]],
      [
        "ratings_per_user",
        Array.from(SERVING.snapshot.userIds, (_, i) => {
          const { offsets } = SERVING.snapshot.rated;
          return offsets[i + 1] - offsets[i];
        }),
      ],
    ] as const
  ) {
    for (const { from, to, n } of await rowsOf(list)) {
      assert.equal(n, counts.filter((count) => count >= Number(from) && count <= Number(to)).length, list);
    }
  }
});

Deno.test("GET /data/genres counts a movie in each of its genres", async () => {
  const rows = await rowsOf("genres");
  const { genreIds, nRatings, ratingSums } = PARTS.movies;
  rows.forEach(({ genre, n_movies, n_ratings, mean_rating }, id) => {
    const movies = genreIds.flatMap((ids, movie) => ids.includes(id) ? [movie] : []);
    const n = movies.reduce((sum, movie) => sum + nRatings[movie], 0);
    const sum = movies.reduce((sum, movie) => sum + ratingSums[movie], 0);
    assert.deepEqual([genre, n_movies, n_ratings], [PARTS.genres[id], movies.length, n]);
    assert.equal(mean_rating, n === 0 ? null : Math.round(sum / n * 1000) / 1000);
  });
});

Deno.test("GET /data/most_rated and top_movies list movies by count, and by mean with 25 ratings of the mean before", async () => {
  const { nRatings, ratingSums } = PARTS.movies;
  const most = await rowsOf("most_rated");
  const byCount = [...nRatings.keys()].sort((a, b) => nRatings[b] - nRatings[a] || a - b);
  assert.equal(most[0].movie_id, movieIdOf(byCount[0]));
  assert.equal(most.length, [...nRatings].filter((n) => n > 0).length);
  const { nRatings: n, ratingSum } = SERVING.snapshot.totals;
  const score = (movie: number) => (ratingSums[movie] + 25 * ratingSum / n) / (nRatings[movie] + 25);
  const best = [...nRatings.keys()].filter((movie) => nRatings[movie] > 0)
    .sort((a, b) => score(b) - score(a) || a - b);
  assert.deepEqual((await rowsOf("top_movies")).map(({ movie_id }) => movie_id), best.map(movieIdOf));
});

Deno.test("GET /data/{list}?format=csv is a file that says the same", async () => {
  const rows = await rowsOf("most_rated");
  const response = await app.request("/data/most_rated?format=csv");
  assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="most_rated.csv"');
  const lines = (await response.text()).split("\r\n");
  assert.equal(lines[0], "rank,movie_id,title,year,n_ratings,mean_rating");
  const { title, ...row } = rows[0];
  const quoted = `"${String(title).replaceAll('"', '""')}"`;
  assert.equal(lines[1], [row.rank, row.movie_id, quoted, row.year, row.n_ratings, row.mean_rating].join());
  assert.equal(lines.length, rows.length + 2);
});

Deno.test("GET /data names all lists, and refuses others", async () => {
  const { lists } = await (await app.request("/data")).json();
  assert.ok(lists.includes("demographics") && lists.includes("rejects"));
  assert.deepEqual(await rowsOf("demographics"), []);
  assert.equal((await app.request("/data/genrse")).status, 400);
});

Deno.test("GET /data/{list} of an empty ledger has no rows, and a CSV of its header alone", async () => {
  await using pool = await testPool();
  const { app } = writingApp(pool, SERVING);
  const headers = {
    rejects: "reason,n_ratings",
    click_through: "version,variant,impressions,clicks,hides,n_people,rate,low,high",
    ratings_per_day: "day,n_ratings,mean_rating",
    runs: "run_id,day,kind,status,started_at,finished_at,slot",
    demographics: "kind,value,n_users",
  };
  for (const [list, header] of Object.entries(headers)) {
    const response = await app.request(`/data/${list}`);
    assert.deepEqual((await response.json()).rows, [], list);
    assert.equal(await (await app.request(`/data/${list}?format=csv`)).text(), `${header}\r\n`);
  }
});
