/**
 * What an import would take of a data set and what clean would then refuse, without a database: the same reader, the
 * same order, the same rules. Memory: what an import takes, and a byte a rating.
 */
import { breathe } from "../../models/breathe.ts";
import { type Fault, faultOf, onLakeScale } from "../../models/soundness.ts";
import { genreNames, NO_GENRES } from "./catalogue.ts";
import { IdSet } from "./id_set.ts";
import { findRepeats } from "./repeats.ts";
import type { RatingSet, RawMovie, ReadOptions, Source, SourceFile } from "./source.ts";
import { timeOrder } from "./time_order.ts";
import { parseTitle } from "./title.ts";

export interface Finding {
  n: number;
  /** The first three, as "file:line what". */
  examples: string[];
}

export interface Inspection {
  name: string;
  edition: string;
  is_sample: boolean;
  sha256: string;
  files: SourceFile[];
  /** lines = ratings + unparsable; ratings = accepted + rejects. */
  lines: number;
  ratings: number;
  unparsable: number;
  accepted: number;
  rejects: Partial<Record<Fault | "exact_repeat" | "unparsable", Finding>>;
  /** Of the ratings that are accepted. */
  users: number;
  movies: number;
  /** ISO times of the first and the last rating accepted. */
  span: [string, string] | null;
  /** How often each rating was given, by the lake's half stars: from 0.5 to 5. */
  histogram: number[];
  catalogue: {
    movies: number;
    unrated: number;
    without_year: number;
    without_genres: number;
    repeated_lines: number;
    people: number;
    broken: Finding;
  };
  /** What an import holds of the ratings at once. */
  memory_bytes: number;
  notes: string[];
}

export interface InspectOptions extends ReadOptions {
  /** Ms since 1970: ratings from after tomorrow are impossible. */
  now: number;
}

const ROWS_PER_BREATH = 1 << 20;
const EXAMPLES = 3;
const NEVER = new AbortController().signal;

/** @throws {DataError} where the import would. */
export async function inspectSource(source: Source, options: InspectOptions): Promise<Inspection> {
  const { signal = NEVER, now } = options;
  const set = await source.read(options);
  const { ratings, unparsable } = set;
  const order = await timeOrder(ratings, signal);
  const file = set.files?.find(({ role }) => role === "ratings")?.path ?? source.name;
  const rejects = new Rejects(set, file);
  const halfStars = await judge(source, set, { now, rejects, signal });
  await findRepeats(ratings, {
    order,
    halfStars,
    signal,
    found(row) {
      rejects.add("exact_repeat", row);
      halfStars[row] = 0;
    },
  });
  const accepted = await survey(set, halfStars, signal);
  return {
    name: source.name,
    edition: source.edition,
    is_sample: source.isSample,
    sha256: set.sha256,
    files: set.files ?? [],
    lines: ratings.n + unparsable.length,
    ratings: ratings.n,
    unparsable: unparsable.length,
    rejects: rejects.findings(),
    ...accepted,
    catalogue: catalogueOf(set),
    memory_bytes: memoryOf(set, order),
    notes: [...set.notes ?? [], ...notesOf(set, rejects)],
  };
}

interface JudgeOptions {
  now: number;
  rejects: Rejects;
  signal: AbortSignal;
}

/** Twice each rating on the lake's scale, 0 where it is refused. */
async function judge(
  { mapping }: Source,
  { ratings, movies }: RatingSet,
  { now, rejects, signal }: JudgeOptions,
): Promise<Uint8Array> {
  const known = new IdSet();
  for (const { movieId } of movies) known.add(movieId);
  const halfStars = new Uint8Array(ratings.n);
  for (let row = 0; row < ratings.n; row++) {
    if (row % ROWS_PER_BREATH === 0) await breathe(signal);
    const rating = mapping?.isImplicit ? 5 : onLakeScale(ratings.rating[row], mapping?.scale ?? null);
    const hasMovie = known.has(ratings.movieId[row]);
    const fault = faultOf({ rating, ratedAt: ratings.ratedAt[row], hasMovie }, now);
    if (fault === null) halfStars[row] = 2 * rating;
    else rejects.add(fault, row);
  }
  return halfStars;
}

/** Counts of what is accepted. */
async function survey({ ratings }: RatingSet, halfStars: Uint8Array, signal: AbortSignal) {
  const [users, movies] = [new IdSet(), new IdSet()];
  const histogram = Array<number>(10).fill(0);
  let [first, last, accepted] = [Infinity, -Infinity, 0];
  for (let row = 0; row < ratings.n; row++) {
    if (row % ROWS_PER_BREATH === 0) await breathe(signal);
    if (halfStars[row] === 0) continue;
    accepted++;
    histogram[halfStars[row] - 1]++;
    users.add(ratings.userId[row]);
    movies.add(ratings.movieId[row]);
    first = Math.min(first, ratings.ratedAt[row]);
    last = Math.max(last, ratings.ratedAt[row]);
  }
  const span: [string, string] | null = accepted > 0 ? [iso(first), iso(last)] : null;
  return { accepted, histogram, users: users.size, movies: movies.size, span };
}

const iso = (seconds: number) => new Date(Math.round(seconds * 1e6) / 1000).toISOString();

function catalogueOf(
  { movies, users, broken, nRepeatedMovies, ratings }: RatingSet,
): Inspection["catalogue"] {
  const rated = new IdSet();
  for (let row = 0; row < ratings.n; row++) rated.add(ratings.movieId[row]);
  return {
    movies: movies.length,
    unrated: movies.filter(({ movieId }) => !rated.has(movieId)).length,
    without_year: movies.filter((movie) => yearOf(movie) === null).length,
    without_genres: movies.filter(({ genres }) => genreNames(genres)[0] === NO_GENRES).length,
    repeated_lines: nRepeatedMovies,
    people: users.length,
    broken: {
      n: broken.length,
      examples: broken.slice(0, EXAMPLES).map(({ file, line, reason }) => `${file}:${line} ${reason}`),
    },
  };
}

const yearOf = ({ title, year }: RawMovie) => year === undefined ? parseTitle(title).year : year;

function memoryOf(
  { ratings: { userId, movieId, rating, ratedAt, line } }: RatingSet,
  order: Uint32Array,
): number {
  const columns = [userId, movieId, rating, ratedAt, line].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  );
  return columns + 2 * order.byteLength; // sorting needs a second one
}

/** What people should be told, who know their data. */
function notesOf({ ratings: { n, ratedAt } }: RatingSet, rejects: Rejects): string[] {
  const impossible = rejects.count("impossible_date");
  if (2 * impossible < n) return [];
  const middle = ratedAt.slice(0, n).sort()[n >> 1];
  const isMillis = middle > 788_918_400_000 && middle < 4_102_444_800_000; // 1995 to 2100, as milliseconds
  const likely = isMillis ? ": they look like milliseconds, wanted seconds since 1970" : "";
  return [`Most times are none that a rating can have${likely}`];
}

/** Refused rows by reason: how many, and the lines of the first. */
class Rejects {
  readonly #set: RatingSet;
  readonly #file: string;
  readonly #found = new Map<Fault | "exact_repeat", { n: number; rows: number[] }>();

  constructor(set: RatingSet, file: string) {
    this.#set = set;
    this.#file = file;
  }

  add(reason: Fault | "exact_repeat", row: number): void {
    const { line } = this.#set.ratings;
    let found = this.#found.get(reason);
    if (found === undefined) this.#found.set(reason, found = { n: 0, rows: [] });
    found.n++;
    const { rows } = found;
    if (rows.length === EXAMPLES && line[row] > line[rows[EXAMPLES - 1]]) return;
    rows.push(row);
    rows.sort((a, b) => line[a] - line[b]).splice(EXAMPLES);
  }

  count(reason: Fault | "exact_repeat"): number {
    return this.#found.get(reason)?.n ?? 0;
  }

  findings(): Inspection["rejects"] {
    const findings: Inspection["rejects"] = {};
    for (const [reason, { n, rows }] of this.#found) {
      findings[reason] = { n, examples: rows.map((row) => this.#example(row)) };
    }
    const { unparsable } = this.#set;
    if (unparsable.length === 0) return findings;
    const examples = unparsable.slice(0, EXAMPLES).map(({ line, reason }) =>
      `${this.#file}:${line} ${reason}`
    );
    return { ...findings, unparsable: { n: unparsable.length, examples } };
  }

  #example(row: number): string {
    const { line, userId, movieId, rating, ratedAt } = this.#set.ratings;
    const { users, movies } = this.#set.keys ?? {};
    const [user, movie] = [users?.key(userId[row]) ?? userId[row], movies?.key(movieId[row]) ?? movieId[row]];
    return `${this.#file}:${line[row]} user ${user}, movie ${movie}, rating ${rating[row]}, time ${
      ratedAt[row]
    }`;
  }
}
