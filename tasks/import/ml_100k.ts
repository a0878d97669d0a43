/**
 * MovieLens 100K's own files: `u.item` (movies with a flag for each genre), `u.genre` (the genres' names) and `u.user`,
 * all with `|` between fields and Latin-1. Its ratings, `u.data`, are `RatingParser`'s.
 *
 * Format: the README of ml-100k.zip, "DETAILED DESCRIPTIONS OF DATA FILES".
 */
import { DataError } from "./errors.ts";
import { toId } from "./fields.ts";
import type { RawUser } from "./source.ts";
import { quoted } from "./text.ts";

/** The order of the flags in `u.item`, where no `u.genre` says another. */
const DOCUMENTED_GENRES = [
  ...["unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"],
  ...[
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
  ],
];
/** Id, title, release date, video release date and address stand before the flags. */
const FIELDS_BEFORE_FLAGS = 5;
/** A flag that says that there is no genre. */
const UNKNOWN = "unknown";

/**
 * The names in the order of the flags: `u.genre` has `name|place` in each line.
 *
 * @throws {DataError} when its places are not 0, 1, 2, …
 */
export function parseGenres(text: string | null, file: string): readonly string[] {
  if (text === null) return DOCUMENTED_GENRES;
  const names: string[] = [];
  for (const [index, row] of text.split("\n").map((line) => line.trim()).entries()) {
    if (row === "") continue;
    const bar = row.lastIndexOf("|");
    if (bar < 1 || toId(row.slice(bar + 1)) !== names.length) {
      throw new DataError(
        `Cannot read "${file}" as its line ${index + 1} should be a genre and its place, ` +
          `"…|${names.length}": found ${
            quoted(row)
          }. Next: mend it, or take the file away for the usual genres`,
      );
    }
    names.push(row.slice(0, bar));
  }
  if (names.length > 0) return names;
  throw new DataError(
    `Cannot read "${file}" as it has no genre. Next: take the file away for the usual genres`,
  );
}

/** Id, title and genres of a line of `u.item`; null when it is none. */
export function itemFields(line: string, genres: readonly string[]): string[] | null {
  const fields = line.split("|");
  const flags = fields.slice(FIELDS_BEFORE_FLAGS);
  if (flags.length !== genres.length || flags.some((flag) => flag !== "0" && flag !== "1")) return null;
  const named = genres.filter((name, place) => flags[place] === "1" && name !== UNKNOWN);
  return [fields[0], fields[1], named.join("|")];
}

/** `u.user`: id|age|gender|occupation|zip code. */
export function userOf(line: string): RawUser | null {
  const fields = line.split("|");
  const userId = fields.length === 5 ? toId(fields[0]) : null;
  if (userId === null) return null;
  const [, age, gender, occupation, zipCode] = fields.map((field) => field || null);
  return { userId, gender, age: toId(age ?? ""), occupation, zipCode };
}
