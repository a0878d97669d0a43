import assert from "@std/assert";
import { passThrough } from "../../../../models/dataset.ts";
import { createFeatures, fitYears } from "../../../../models/features.ts";
import { createRng } from "../../../../models/rng.ts";
import { type Batch, createBatch } from "../../../../models/two_tower/hybrid/batch.ts";
import { createHybridWindow } from "../../../../models/two_tower/hybrid/window.ts";
import { asTheyAre } from "../../../../models/two_tower/towers.ts";
import { datasetOf, ratingsOf, type Row, seededRows } from "../../../support/ratings.ts";

const { catalogue, rows: seeded } = seededRows(400);
/** Nobody rates a movie twice, but for the last row. */
const firsts = new Map(seeded.map((row) => [`${row[0]} ${row[1]}`, row]));
const rows: Row[] = [...firsts.values()];
rows.push([rows[0][0], rows[0][1], 0.5]);
const N_MOVIES = catalogue.movies.size;
/** Rows of the tables are not positions. */
const movieRow = (movie: number) => N_MOVIES - 1 - movie;
const userRow = (user: number) => 1000 - user;

/** Calls `look` with every batch of a pass. */
async function batches(look: (batch: Batch) => void, { gap = 0, idDropout = 0 } = {}): Promise<void> {
  const ratings = ratingsOf(rows);
  const features = createFeatures({ preset: "deviations", n_genres: 4, ...fitYears(catalogue) });
  const widths = { user: features.userWidth, movie: features.movieWidth };
  const batch = createBatch({ batchSize: 64, shard: 16, extra: 16, widths }, {
    floats: (n) => new Float32Array(n),
    integers: (n) => new Int32Array(n),
  });
  const n = rows.length;
  const options = { parts: { train: n, validation: n, n }, signal: new AbortController().signal };
  const found = passThrough<Batch>(datasetOf(catalogue, ratings), options, (start) =>
    createHybridWindow({
      features,
      moments: { user: asTheyAre(widths.user), movie: asTheyAre(widths.movie) },
      rule: { liking: 0.5, retrieval_recency: 0.97, rating_recency: 0.98 },
      capacity: 150,
      batch,
      rows: {
        users: Int32Array.from({ length: 999 }, (_, user) => userRow(user)),
        movies: Int32Array.from({ length: N_MOVIES }, (_, movie) => movieRow(movie)),
      },
      logQ: Float32Array.from({ length: N_MOVIES }, (_, row) => -1 - row),
      positive: 4,
      idDropout,
      gap,
      rng: createRng(4),
    }, start));
  for await (const { examples } of found) look(examples);
}

const placeOf = ({ shard, extra }: Batch, k: number) => Math.floor(k / shard) * (shard + extra) + k % shard;

Deno.test("a hybrid's example has the bag of its moment, newest first, without its own movie", async () => {
  let seen = 0;
  await batches((batch) => {
    for (let k = 0; k < batch.length; k++) {
      const [user, movie] = [userRow(batch.userRows[k]), movieRow(batch.movieRows[placeOf(batch, k)])];
      const at = rows.findLastIndex((row) =>
        row[0] === user && row[1] === movie && row[2] === batch.stars[k]
      );
      const before = rows.slice(0, at).filter((row) => row[0] === user && row[1] !== movie).slice(-50);
      const bag = batch.bags.movies.slice(batch.bagStarts[k], batch.bagStarts[k + 1]);
      assert.deepEqual([...bag], before.toReversed().map((row) => movieRow(row[1])));
      seen++;
    }
  });
  assert.equal(seen, rows.length);
});

Deno.test("a hybrid's batch weighs what is to be found, corrects by ln q, and has candidates that nobody asked for", async () => {
  const drawn = new Set<number>();
  await batches((batch) => {
    const { shard, extra } = batch;
    const width = batch.movie.length / batch.movieRows.length;
    for (let first = 0, s = 0; first < batch.length; first += shard, s++) {
      const n = Math.min(shard, batch.length - first);
      const from = s * (shard + extra);
      const own = new Set(batch.movieRows.subarray(from, from + n));
      for (let place = from; place < from + n + extra; place++) {
        const row = batch.movieRows[place];
        assert.equal(batch.logQ[place], -1 - row);
        // Movie m has genre m % 4.
        assert.equal(batch.movie[place * width + movieRow(row) % 4], 1);
        if (place >= from + n && !own.has(row)) drawn.add(row);
      }
    }
    for (let k = 0; k < batch.length; k++) assert.equal(batch.weights[k], batch.stars[k] >= 4 ? 1 : 0);
  });
  assert.ok(drawn.size > N_MOVIES / 2, `${drawn.size} movies were drawn`);
});

Deno.test("a hybrid's training hides newest ratings from retrieval, and users from themselves, as often as asked", async () => {
  const shares = async (options: { gap?: number; idDropout?: number }) => {
    let [hidden, unknown, n] = [0, 0, 0];
    await batches((batch) => {
      for (let k = 0; k < batch.length; k++, n++) {
        const [start, end] = [batch.bagStarts[k], batch.bagStarts[k + 1]];
        if (end > start && batch.bags.retrieval[start] === 0) hidden++;
        if (batch.userRows[k] === -1) unknown++;
      }
    }, options);
    return [hidden / n, unknown / n];
  };
  assert.deepEqual(await shares({}), [0, 0]);
  const [hidden, unknown] = await shares({ gap: 0.5, idDropout: 0.3 });
  assert.ok(hidden > 0.3 && Math.abs(unknown - 0.3) < 0.08, `${hidden}, ${unknown}`);
});
