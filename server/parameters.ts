/** What clients may write into paths and queries. */
import { Problem } from "./problem.ts";

/** PostgreSQL's integer ends here. */
const LARGEST_ID = 2 ** 31 - 1;
const LONGEST_LIST = 100;
const USUAL_LIST = 10;

/** The id in a path. `what` is "user" or "movie". */
export function idFrom(text: string, what: string): number {
  return wholeNumber(text, { what: `${what} id`, least: 0, most: LARGEST_ID });
}

/** The query parameter `n`. */
export function lengthFrom(text: string | undefined): number {
  return text === undefined ? USUAL_LIST : wholeNumber(text, { what: "n", least: 1, most: LONGEST_LIST });
}

function wholeNumber(
  text: string,
  { what, least, most }: { what: string; least: number; most: number },
): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Problem(
    "bad-parameter",
    `Cannot read ${what} as it should be a whole number from ${least} to ${most}: found ${
      JSON.stringify(text)
    }`,
  );
}
