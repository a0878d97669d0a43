/** What a list may be asked for with, in a query or a body, and the `ListRequest` that comes of it. */
import { z } from "@hono/zod-openapi";
import { nearest } from "../../../models/nearest.ts";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import { Problem } from "../../http/problem.ts";
import { decimalNumber, texts, wholeNumber, yesOrNo } from "../../http/schemas.ts";
import type { Serving } from "../../live/live.ts";
import type { Filter } from "../../recommend/shelf.ts";
import type { ListRequest } from "../../recommend/request.ts";

export const LONGEST_LIST = 100;
export const USUAL_LIST = 10;
/** Most candidates that a request may have ranked. */
export const MOST_RETRIEVED = 1_000;
const MOST_EXCLUDED = 1_000;
const MOST_GENRES = 50;
/** No movie was made later. */
const LAST_YEAR = 9_999;

const WORDS = {
  n: "Length of the list.",
  genres: "Movies of at least one of these genres only, by name.",
  year_from: "Movies of this year of release or later only.",
  year_to: "Movies of this year of release or earlier only.",
  exclude: "Movies, by id, that must not be listed.",
  diversity:
    "λ of maximal marginal relevance: 0 lists by score alone, 1 by difference from what stands above alone.",
  explain: "Whether each movie says which rated ones pulled it up.",
  model:
    "A model by name (two_tower, als, …), a version, MODEL_VERSION, or a variant; absent: the person's variant, or the champion.",
  retrieve: "Candidates that the retriever hands on to ranking and diversity.",
} as const;

export const n = wholeNumber({ least: 1, most: LONGEST_LIST, usual: USUAL_LIST }).optional()
  .openapi({ description: WORDS.n, example: 5 });

/** Which movies a query may be about. */
export const filters = {
  genres: texts({ most: MOST_GENRES }).optional().openapi({ description: WORDS.genres, example: ["Comedy"] }),
  year_from: wholeNumber({ least: 0, most: LAST_YEAR }).optional()
    .openapi({ description: WORDS.year_from, example: 1990 }),
  year_to: wholeNumber({ least: 0, most: LAST_YEAR }).optional()
    .openapi({ description: WORDS.year_to, example: 1999 }),
};

/** The filters and wishes that a list's query may have, beside `n`. */
export const wishes = {
  ...filters,
  exclude: texts({ most: MOST_EXCLUDED }).optional().openapi({
    description: WORDS.exclude,
    example: ["1", "2"],
  }),
  diversity: decimalNumber({ least: 0, most: 1, usual: 0 }).optional()
    .openapi({ description: WORDS.diversity, example: 0.3 }),
  explain: yesOrNo().optional().openapi({ description: WORDS.explain }),
  model: z.string().min(1).max(200).optional().openapi({ description: WORDS.model }),
  retrieve: wholeNumber({ least: 1, most: MOST_RETRIEVED, usual: 200 }).optional()
    .openapi({ description: WORDS.retrieve }),
};

/** The same in a body, where values have types. */
export const bodyWishes = {
  genres: z.array(z.string()).max(MOST_GENRES).optional().describe(WORDS.genres),
  year_from: z.int().min(0).max(LAST_YEAR).optional().describe(WORDS.year_from),
  year_to: z.int().min(0).max(LAST_YEAR).optional().describe(WORDS.year_to),
  exclude: z.array(z.int().min(0).max(2 ** 31 - 1)).max(MOST_EXCLUDED).optional().describe(WORDS.exclude),
  diversity: z.number().min(0).max(1).optional().describe(WORDS.diversity),
  explain: z.boolean().optional().describe(WORDS.explain),
  model: z.string().min(1).max(200).optional().describe(WORDS.model),
};

/** What `wishes` and `bodyWishes` give. */
export interface Wishes {
  genres?: readonly string[];
  year_from?: number;
  year_to?: number;
  exclude?: readonly (string | number)[];
  diversity?: number;
  explain?: boolean;
  model?: string;
  retrieve?: number;
}

/** @throws {Problem} on an id that is none, and as `filterOf()` does. */
export function requestOf(
  { genres, year_from, year_to, exclude, ...rest }: Wishes,
  serving: Serving,
): Omit<ListRequest, "userId" | "n"> {
  return {
    ...rest,
    ...filterOf({ genres, year_from, year_to }, serving),
    exclude: exclude?.map(idIn),
  };
}

/** @throws {Problem} on a genre that the archive has not, and on years in the wrong order. */
export function filterOf(
  { genres, year_from, year_to }: Pick<Wishes, "genres" | "year_from" | "year_to">,
  { snapshot }: Serving,
): Filter {
  if (year_from !== undefined && year_to !== undefined && year_from > year_to) {
    throw wrong("year_from", `at most year_to, ${year_to}`, String(year_from));
  }
  return { genres: genres?.map((name) => genreIn(name, snapshot)), yearFrom: year_from, yearTo: year_to };
}

/** Genres are found whatever their case. */
function genreIn(name: string, { genres }: Snapshot): string {
  const found = genres.find((genre) => genre.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const best = nearest(name, genres);
  const hint = best ? ` (did you mean ${JSON.stringify(best)}?)` : "";
  throw wrong("genres", `among ${genres.join(", ")}${hint}`, JSON.stringify(name.slice(0, 60)));
}

function idIn(given: string | number): number {
  const id = typeof given === "number" ? given : /^\d{1,10}$/.test(given) ? Number(given) : NaN;
  if (id < 2 ** 31) return id;
  throw wrong("exclude", "movie ids, with commas between them", JSON.stringify(String(given).slice(0, 60)));
}

function wrong(field: string, wanted: string, found: string): Problem {
  return new Problem("bad-parameter", `Cannot read ${field} as it should be ${wanted}: found ${found}`, {
    errors: [{ field, wanted, found }],
  });
}
