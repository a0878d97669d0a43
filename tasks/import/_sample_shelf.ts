/** The sample's movies as people meet them: flat columns, and a draw by popularity among those that are out. */
import type { Rng } from "../../models/rng.ts";
import type { SampleMovie } from "./sample_movies.ts";

/** Slots of the guide table for each movie: most draws then end at their first look. */
const SLOTS_A_MOVIE = 4;
const [MEAN_YEAR, DEVIATION] = [2001, 17];
/** Years in which a movie's appeal falls to 1/e of what newness adds. */
const FADING_YEARS = 8;

/** Columns by place; places follow the years. */
export interface Shelf {
  readonly size: number;
  readonly ids: Int32Array;
  readonly years: Int16Array;
  /** Deviations of the release year from its mean. */
  readonly ages: Float64Array;
  readonly qualities: Float64Array;
  readonly flavors: Float64Array; // [size × 2]
  /** Genres of place m: `genres[genreStarts[m]] … genres[genreStarts[m + 1] - 1]`. */
  readonly genreStarts: Int32Array;
  readonly genres: Uint8Array;
  /** exp(year / FADING_YEARS), years from the mean year on. */
  readonly fading: Float64Array;
  /** Per place, the last user who rated it. */
  readonly seenBy: Int32Array;
  /** How many movies had come out before `year` (with its fraction). */
  nOpen(year: number): number;
  /** One of the first `n` places, by popularity. */
  draw(n: number, rng: Rng): number;
}

/** `movies` must be in the order of their years. */
export function createShelf(movies: readonly SampleMovie[]): Shelf {
  const size = movies.length;
  const years = Int16Array.from(movies, ({ year }) => year);
  const genreStarts = new Int32Array(size + 1);
  movies.forEach(({ genrePlaces }, m) => genreStarts[m + 1] = genreStarts[m] + genrePlaces.length);
  return {
    size,
    ids: Int32Array.from(movies, ({ movieId }) => movieId),
    years,
    ages: Float64Array.from(years, (year) => (year - MEAN_YEAR) / DEVIATION),
    qualities: Float64Array.from(movies, ({ quality }) => quality),
    flavors: Float64Array.from(movies.flatMap(({ flavor }) => flavor)),
    genreStarts,
    genres: Uint8Array.from(movies.flatMap(({ genrePlaces }) => genrePlaces)),
    fading: Float64Array.from(years, fadingOf),
    seenBy: new Int32Array(size),
    nOpen(year) {
      let [low, high] = [0, size];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (years[middle] < year) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    draw: drawByWeight(movies.map(({ popularity }) => popularity)),
  };
}

/** exp(year / FADING_YEARS), years from the mean year on. */
export function fadingOf(year: number): number {
  return Math.exp((year - MEAN_YEAR) / FADING_YEARS);
}

/** Draws one of the first `n` places in proportion to `weights`, through a guide table (Chen and Asau 1974). */
function drawByWeight(weights: readonly number[]): (n: number, rng: Rng) => number {
  const sums = new Float64Array(weights.length); // weights up to and with each place
  let sum = 0;
  for (let i = 0; i < sums.length; i++) sums[i] = sum += weights[i];
  const slots = SLOTS_A_MOVIE * weights.length;
  const guide = new Int32Array(slots + 1); // the first place that can be meant, by slot of the sum
  for (let slot = 0, place = 0; slot <= slots; slot++) {
    while (place < weights.length - 1 && sums[place] <= slot / slots * sum) place++;
    guide[slot] = place;
  }
  const scale = slots / sum;
  return (n, rng) => {
    const target = rng.uniform() * sums[n - 1];
    let place = guide[Math.floor(target * scale)];
    while (place > 0 && sums[place - 1] > target) place--; // the slot's border was rounded up
    while (sums[place] <= target) place++;
    return place;
  };
}
