/** The manifest's `source`: a name or a path, or a mapping of the columns of any table of ratings. */
import { z } from "zod";
import { isAbsolute, join } from "node:path";
import type { MoviesMapping, SourceMapping } from "../../import/mapping.ts";

const column = () => z.string().min(1);

const file = {
  path: z.string().min(1).describe(
    "A file (also .gz), a folder of parts, a glob, or FILE.zip/MEMBER; relative to the manifest's folder.",
  ),
  format: z.enum(["auto", "csv", "parquet"]).default("auto").describe("auto: by the file's first bytes."),
  delimiter: z.string().length(1).regex(/[^"\r\n]/, "one character, no quote or newline").optional().describe(
    "Between the fields of CSV; default: a comma, in .tsv files a tab.",
  ),
};

const columns = z.object({
  user_id: column().default("user_id").describe("Column of who: whole numbers or any texts."),
  movie_id: column().default("movie_id").describe("Column of what: whole numbers or any texts."),
  rating: column().optional().describe("Column of the rating; default: rating. Not beside implicit: true."),
  rated_at: column().default("rated_at").describe("Column of when."),
});

const movies = z.object({
  ...file,
  columns: z.object({
    movie_id: column().default("movie_id").describe("Column of the id that the ratings use."),
    title: column().optional().describe("Column of the title; without one, movies are called by their ids."),
    year: column().optional().describe("Column of the year; without one, titles may end with it: (1995)."),
    genres: column().optional().describe("Column of the genres; without one, movies have none."),
  }).prefault({}).describe("Which column is which."),
  genre_separator: z.string().min(1).default("|").describe("Stands between two genres."),
});

const scale = z.object({
  min: z.number().describe("Becomes 0.5 stars."),
  max: z.number().describe("Becomes 5 stars."),
}).refine(({ min, max }) => min < max, { message: "min below max" });

const mapping = z.object({
  ...file,
  columns: columns.prefault({}).describe("Which column is which; each defaults to its own name."),
  rated_at: z.enum(["seconds", "milliseconds", "microseconds", "iso"]).optional().describe(
    "How times are written: counted from 1970, or ISO 8601 (UTC where no zone stands); default: found out.",
  ),
  scale: scale.optional().describe("The ratings' own scale, mapped to half stars from 0.5 to 5."),
  implicit: z.boolean().default(false).describe("There is no rating: each row is an interaction."),
  movies: movies.optional().describe("A table of the movies; without one, they are those that are rated."),
}).superRefine(({ implicit, columns, scale }, context) => {
  if (!implicit) return;
  const refuse = (path: string[]) =>
    context.addIssue({ code: "custom", path, message: "no such key beside implicit: true" });
  if (columns.rating !== undefined) refuse(["columns", "rating"]);
  if (scale !== undefined) refuse(["scale"]);
}).transform(({ rated_at, implicit, columns, movies, ...rest }): SourceMapping => ({
  ...rest,
  columns: { ...columns, rating: columns.rating ?? "rating" },
  timeForm: rated_at ?? null,
  isImplicit: implicit,
  movies: movies && toMovies(movies),
}));

function toMovies({ genre_separator, ...rest }: z.output<typeof movies>): MoviesMapping {
  return { ...rest, genreSeparator: genre_separator };
}

export const source = z.union([z.string().min(1), mapping]);

/** `source` with its paths as seen from `folder`, which is the manifest's. */
export function locateSource(source: string | SourceMapping, folder: string): string | SourceMapping {
  if (typeof source === "string") return source;
  const located = (path: string) => isAbsolute(path) ? path : join(folder, path);
  const { movies } = source;
  return {
    ...source,
    path: located(source.path),
    movies: movies && { ...movies, path: located(movies.path) },
  };
}
