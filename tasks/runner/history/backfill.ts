/** Which days a backfill runs: oldest first, only what is missing, and never older than what is done, unless asked. */
import { dayAfter } from "../due.ts";
import { UsageError } from "../errors.ts";

export interface BackfillRange {
  /** First and last label, both included. */
  from: string;
  to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Ten years; a slip of a digit should not ask for centuries. */
const MOST_DAYS = 3_660;
const MS_PER_DAY = 86_400_000;

/**
 * The range that `--days N`, or `--from D [--to D]`, mean; the last day is today unless `to` says otherwise.
 *
 * @throws {UsageError} when neither or both are given, a label is none, or the range is empty, ends after today, or is
 * longer than ten years.
 */
export function backfillRange(
  { days, from, to = "" }: { days?: string; from?: string; to?: string },
  today: string,
): BackfillRange {
  if ((days === undefined) === (from === undefined)) {
    throw new UsageError("Cannot backfill without a range: wanted either --days N, or --from DAY [--to DAY]");
  }
  if (days !== undefined) {
    if (to !== "") throw new UsageError("Cannot backfill with --days and --to: --to belongs to --from");
    const n = Number(days);
    if (!Number.isInteger(n) || n < 1 || n > MOST_DAYS) {
      throw new UsageError(`Cannot backfill "${days}" days: wanted a number from 1 to ${MOST_DAYS}`);
    }
    return { from: dayBefore(today, n - 1), to: today };
  }
  const range = { from: label(from!, "--from"), to: to === "" ? today : label(to, "--to") };
  if (range.from > range.to) {
    throw new UsageError(`Cannot backfill from ${range.from} to ${range.to} as that is backwards`);
  }
  if (range.to > today) {
    throw new UsageError(
      `Cannot backfill to ${range.to} as today is ${today}. Next: deno task daily --next takes a day early`,
    );
  }
  if ((Date.parse(range.to) - Date.parse(range.from)) / MS_PER_DAY >= MOST_DAYS) {
    throw new UsageError(
      `Cannot backfill from ${range.from} to ${range.to}: wanted ${MOST_DAYS} days at most`,
    );
  }
  return range;
}

/**
 * The labels of `range` that are still to run, oldest first. `finished` are the days whose run succeeded.
 *
 * @throws {UsageError} when one of them is older than the newest finished day and `late` is not set: its batch would
 * hold newer ratings than the days after it.
 */
export function missingDays(
  { from, to }: BackfillRange,
  { finished, late }: { finished: ReadonlySet<string>; late: boolean },
): string[] {
  const missing: string[] = [];
  for (let day = from; day <= to; day = dayAfter(day)) if (!finished.has(day)) missing.push(day);
  const newest = [...finished].sort().at(-1) ?? "";
  const older = missing.filter((day) => day < newest);
  if (older.length === 0 || late) return missing;
  const named = older.length === 1
    ? older[0]
    : `${older[0]} … ${older[older.length - 1]} (${older.length} days)`;
  throw new UsageError(
    `Cannot backfill ${named} as ${newest} is done already: an older day would take ratings that come after its own. ` +
      "Next: --late runs it all the same, or --from a later day",
  );
}

function label(text: string, flag: string): string {
  const time = Date.parse(text);
  if (DAY.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new UsageError(`Cannot read ${flag} "${text}" as a day: wanted one such as 2026-03-01`);
}

const dayBefore = (day: string, n: number) =>
  new Date(Date.parse(day) - n * MS_PER_DAY).toISOString().slice(0, 10);
