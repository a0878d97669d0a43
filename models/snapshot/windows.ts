/** How much a movie is rated lately: counts of the archive's last days, and whether it is rising. */

/** Days before the archive's newest rating. */
export const WINDOW_DAYS = [7, 30, 90, 365] as const;

/** What a snapshot says of movies lately. */
export interface MovieWindows {
  /** Ratings in the last `WINDOW_DAYS` days, one window behind the other: 4 × movies. */
  windows: Uint32Array;
  trends: Float32Array; // [movies]
}

/** Rows of movie id, its ratings in each of `WINDOW_DAYS`, and those of the days that its trend compares with. */
export type WindowRows = AsyncIterable<{ n: number; columns: readonly ArrayLike<number>[] }>;

/** Puts `rows` where `placeOf` has their movies, of `nMovies`. */
export async function windowsOf(
  rows: WindowRows,
  { nMovies, placeOf }: { nMovies: number; placeOf: (movieId: number) => number },
): Promise<MovieWindows> {
  const windows = new Uint32Array(WINDOW_DAYS.length * nMovies);
  const trends = new Float32Array(nMovies);
  for await (const { n, columns: [ids, ...counts] } of rows) {
    const before = counts[WINDOW_DAYS.length];
    for (let row = 0; row < n; row++) {
      const movie = placeOf(ids[row]);
      if (movie < 0) continue;
      for (let w = 0; w < WINDOW_DAYS.length; w++) windows[w * nMovies + movie] = counts[w][row];
      trends[movie] = trendOf(counts[0][row], before[row]);
    }
  }
  return { windows, trends };
}

/** Days that a trend looks at, and those before them that it compares with. */
const TREND_DAYS = { recent: 7, before: 28 } as const;

/**
 * How much faster than before a movie is rated, in standard errors of the difference: two rates of a Poisson process
 * (Przyborowski & Wilenski 1940, by the normal approximation with pooled variance).
 *
 *   z = (a/7 − b/28) / √(p (1/7 + 1/28)),   p = (a + b) / 35,   a and b = ratings of the last 7 days and the 28 before
 *
 * 0 for a movie that nobody rates.
 */
export function trendOf(recent: number, before: number): number {
  const { recent: n, before: m } = TREND_DAYS;
  const pooled = (recent + before) / (n + m);
  return pooled === 0 ? 0 : (recent / n - before / m) / Math.sqrt(pooled * (1 / n + 1 / m));
}
