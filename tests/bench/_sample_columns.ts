/** The generated sample in a file, in arrival order: read in chunks, as training reads the lake, whatever its size. */
import { createRatings, type Ratings } from "../../models/ratings.ts";
import { sampleRatings } from "./_sample.ts";

/** Rows of a chunk: users, movies and stars, a column each. */
const CHUNK = 65_536;
const COLUMNS = 3;

export interface SampleShape {
  movies: { id: number; year: number | null; genres: number[] }[];
  nGenres: number;
  nUsers: number;
  nRatings: number;
}

/** Writes `nRatings` ratings to `path`, and what else there is to know beside it. */
export async function writeSample(path: string, nRatings: number): Promise<void> {
  const { catalogue, users, ratings } = await sampleRatings(nRatings);
  const { ids } = catalogue.movies;
  const movies = Array.from(ids, (id, movie) => ({
    id,
    year: catalogue.years[movie] || null,
    genres: [...catalogue.genres.subarray(catalogue.genreStarts[movie], catalogue.genreStarts[movie + 1])],
  }));
  const shape: SampleShape = { movies, nGenres: catalogue.nGenres, nUsers: users.size, nRatings };
  await Deno.writeTextFile(`${path}.json`, JSON.stringify(shape));
  using file = await Deno.open(path, { create: true, write: true, truncate: true });
  const chunk = new Int32Array(COLUMNS * CHUNK);
  const stars = new Float32Array(chunk.buffer, 8 * CHUNK);
  for (let from = 0; from < nRatings; from += CHUNK) {
    chunk.set(ratings.users.subarray(from, from + CHUNK), 0);
    chunk.set(ratings.movies.subarray(from, from + CHUNK), CHUNK);
    stars.set(ratings.ratings.subarray(from, from + CHUNK));
    const bytes = new Uint8Array(chunk.buffer);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
}

export async function readShape(path: string): Promise<SampleShape> {
  return JSON.parse(await Deno.readTextFile(`${path}.json`));
}

/** The ratings at `path`; a chunk is overwritten by the next one. */
export async function* streamRatings(path: string): AsyncGenerator<Ratings> {
  const { nRatings } = await readShape(path);
  using file = await Deno.open(path);
  const chunk = new Int32Array(COLUMNS * CHUNK);
  const rows = createRatings(CHUNK);
  const bytes = new Uint8Array(chunk.buffer);
  for (let from = 0; from < nRatings; from += CHUNK) {
    for (let at = 0; at < bytes.length;) at += await file.read(bytes.subarray(at)) ?? bytes.length;
    yield {
      ...rows,
      length: Math.min(CHUNK, nRatings - from),
      users: chunk.subarray(0, CHUNK),
      movies: chunk.subarray(CHUNK, 2 * CHUNK),
      ratings: new Float32Array(chunk.buffer, 8 * CHUNK),
    };
  }
}
