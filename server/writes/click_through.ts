/**
 * Click-through by model version and by variant, each with Wilson's interval (Wilson 1927):
 *
 *   (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)
 *
 * Impressions of one list are not independent of each other, so the interval is somewhat too narrow where people see
 * few lists.
 */
import type { Db } from "../../sql/db.ts";

export interface ClickThrough {
  /** "popularity", or a model version. */
  version: string;
  /** Null: there was no experiment. */
  variant: string | null;
  impressions: number;
  clicks: number;
  hides: number;
  n_people: number;
  /** clicks / impressions; null: nothing was shown. */
  rate: number | null;
  /** The interval, at 95 %. */
  low: number | null;
  high: number | null;
}

/** Of a normal distribution: 95 % lie within so many standard deviations. */
const Z = 1.959964;

export function wilson(
  clicks: number,
  impressions: number,
): { rate: number; low: number; high: number } | null {
  if (impressions === 0) return null;
  const [n, p] = [impressions, clicks / impressions];
  const centre = p + Z * Z / (2 * n);
  const reach = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
  const whole = 1 + Z * Z / n;
  return {
    rate: p,
    low: Math.max(0, (centre - reach) / whole),
    high: Math.min(1, (centre + reach) / whole),
  };
}

type Counted = Omit<ClickThrough, "rate" | "low" | "high" | "version"> & {
  version: string | null;
  version_known: boolean;
};

/** By version and variant, and by variant over all versions, of the feedback since a time. */
export async function clickThrough(
  db: Db,
  since: Date,
): Promise<{ byVersion: ClickThrough[]; byVariant: Omit<ClickThrough, "version">[] }> {
  const rows = await db.rows<Counted>("feedback/click_through", [since]);
  const rated = rows.map((row) => {
    return { ...row, ...wilson(row.clicks, row.impressions) ?? { rate: null, low: null, high: null } };
  });
  return {
    byVersion: rated.filter((row) => row.version_known).map(({ version_known: _, ...row }) => {
      return { ...row, version: row.version ?? "popularity" };
    }),
    byVariant: rated.filter((row) => !row.version_known).map(({ version_known: _k, version: _v, ...row }) =>
      row
    ),
  };
}
