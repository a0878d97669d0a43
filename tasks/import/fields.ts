/** One field's text as the number it stands for, or a sentence on why it is none. */
import { quoted } from "./text.ts";

export const MAX_INT4 = 2 ** 31 - 1;
/** What PostgreSQL's timestamptz holds, in seconds since 1970: 4714-11-24 BC to the year 294276. */
export const MIN_SECONDS = -210_866_803_200;
export const MAX_SECONDS = 9_224_318_015_999;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

/** `text` as a number; NaN and infinities are numbers too (a rating may arrive as one). */
export function toNumber(text: string): number | null {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed);
  const match = NOT_FINITE.exec(trimmed);
  if (match === null) return null;
  if (match[2].toLowerCase() === "nan") return NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

/** An int4, also when written "12.0". */
export function toId(text: string): number | null {
  const value = toNumber(text);
  return value !== null && (value | 0) === value ? value : null;
}

/** The four values of a rating, or why the line is none. */
export function toRating(
  [userId, movieId, rating, timestamp]: readonly string[],
): { userId: number; movieId: number; rating: number; ratedAt: number } | { reason: string } {
  const user = toId(userId);
  if (user === null) return { reason: `user id ${problemOfId(userId)}` };
  if (user < 0) return { reason: `user id is below 0: ${quoted(userId)}` };
  const movie = toId(movieId);
  if (movie === null) return { reason: `movie id ${problemOfId(movieId)}` };
  if (movie < 0) return { reason: `movie id is below 0: ${quoted(movieId)}` };
  const stars = toNumber(rating);
  if (stars === null) return { reason: `rating is no number: ${quoted(rating)}` };
  const seconds = toNumber(timestamp);
  if (seconds === null || Number.isNaN(seconds)) {
    return { reason: `timestamp is no number of seconds: ${quoted(timestamp)}` };
  }
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    return { reason: `timestamp is outside what a date can hold: ${quoted(timestamp)}` };
  }
  return { userId: user, movieId: movie, rating: stars, ratedAt: seconds };
}

function problemOfId(text: string): string {
  const value = toNumber(text);
  const isLarge = value !== null && Number.isInteger(value);
  return isLarge ? `is outside 32 bits: ${quoted(text)}` : `is no whole number: ${quoted(text)}`;
}
