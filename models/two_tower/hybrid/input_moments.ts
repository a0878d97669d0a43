/** Normalisation of the hybrid's inputs: mean and deviation over the first window's examples (see ../input_moments.ts). */
import { type Dataset, passThrough } from "../../dataset.ts";
import type { Features, Known } from "../../features.ts";
import type { Moments } from "../towers.ts";
import { createSums } from "../input_moments.ts";

/** Examples that are looked at. */
const LOOKS = 1_000_000;
const CHUNK = 4_096;

export async function inputMoments(
  dataset: Dataset,
  features: Features,
  signal: AbortSignal,
): Promise<{ user: Moments; movie: Moments }> {
  const user = createSums(features.userWidth);
  const movie = createSums(features.movieWidth);
  let looked = 0;
  const window = () => {
    const users = new Float32Array(CHUNK * features.userWidth);
    const movies = new Float32Array(CHUNK * features.movieWidth);
    let length = 0;
    return {
      isFull: () => length === CHUNK,
      add(
        known: Known,
        { users: who, movies: what }: { users: Int32Array; movies: Int32Array },
        row: number,
      ) {
        features.userInputs(known, who[row], users, length * features.userWidth);
        features.movieInputs(known, what[row], movies, length++ * features.movieWidth);
      },
      *drain() {
        user.add(users.subarray(0, length * features.userWidth));
        movie.add(movies.subarray(0, length * features.movieWidth));
        yield length;
        length = 0;
      },
    };
  };
  const all = { train: Infinity, validation: Infinity, n: Infinity };
  for await (const { examples } of passThrough<number>(dataset, { parts: all, signal }, window)) {
    if ((looked += examples) >= LOOKS) break;
  }
  return { user: user.moments(), movie: movie.moments() };
}
