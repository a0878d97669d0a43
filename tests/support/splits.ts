/** Reads MovieLens files for tests, plainly: `movies.csv` and the ratings of a split. */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Catalogue, createCatalogue } from "../../models/catalogue.ts";
import { IdIndex } from "../../models/id_index.ts";
import { createRatings, type Ratings } from "../../models/ratings.ts";

const given = Deno.env.get("MATINEE_SPLITS");
const splits = given
  ? pathToFileURL(`${resolve(given)}/`)
  : new URL("../../../shared/data/splits/", import.meta.url);
/** The data sets lie beside the folder of splits. */
const DATA = new URL("../", splits);

/** The folder of splits: MATINEE_SPLITS, or the one beside the checkout; it ends with a slash. */
export const SPLITS = fileURLToPath(splits);

/** Whether the shared data lies beside the checkout; a test that needs it says so when it does not. */
export function hasSplits(): boolean {
  try {
    return Deno.statSync(splits).isDirectory;
  } catch {
    return false;
  }
}

/** The movies of ml-latest-small. */
export function readCatalogue(): Catalogue {
  const genres = positionsOfNames();
  const lines = Deno.readTextFileSync(new URL("ml-latest-small/movies.csv", DATA)).trim().split(/\r?\n/)
    .slice(1);
  const facts = lines.map((line) => {
    const [, id, title, names] = line.match(/^(\d+),(.*),([^,]*)$/) ?? [];
    const year = title.match(/\((\d{4})\)\D*$/);
    return { id: Number(id), year: year ? Number(year[1]) : null, genres: names.split("|").map(genres) };
  });
  return createCatalogue(facts, 20);
}

/** One file of a split, in file order; `users` takes new users in. */
export function readSplit(name: string, catalogue: Catalogue, users: IdIndex): Ratings {
  const lines = Deno.readTextFileSync(new URL(`${name}.csv`, splits)).trim().split(/\r?\n/).slice(1);
  const ratings = createRatings(lines.length);
  lines.forEach((line, row) => {
    const [user, movie, stars, seconds] = line.split(",").map(Number);
    ratings.ratingIds[row] = row;
    ratings.users[row] = users.add(user);
    ratings.movies[row] = catalogue.movies.get(movie)!;
    ratings.ratings[row] = stars;
    ratings.ratedAt[row] = seconds;
  });
  return ratings;
}

function positionsOfNames(): (name: string) => number {
  const names: string[] = [];
  return (name) => names.includes(name) ? names.indexOf(name) : names.push(name) - 1;
}
