/**
 * Numbers for ids that are texts: dense, in the order in which the data set names them, and the same ever after.
 *
 * The archive keeps one row per text (`raw_db.user_keys`, `raw_db.movie_keys`); a newer edition finds its old texts
 * there and adds the new ones behind. An archive is of one kind: where its ids are texts, "7" is one as well.
 */
import type { Db } from "../../sql/db.ts";
import { DataError } from "./errors.ts";
import { keysOf } from "./id_column.ts";
import type { KeyIndex } from "./key_index.ts";
import type { RatingSet } from "./source.ts";

/** Texts that the archive does not know yet, with the numbers that they get. */
export interface NewKeys {
  ids: number[];
  keys: string[];
}

const PAGE = 50_000;
const MAX_ID = 2 ** 31 - 1;
const KINDS = {
  users: { known: "import/user_keys", insert: "import/insert_user_keys", next: "next_user_id", what: "user" },
  movies: {
    known: "import/movie_keys",
    insert: "import/insert_movie_keys",
    next: "next_movie_id",
    what: "movie",
  },
} as const;
type Kind = keyof typeof KINDS;

/** Puts the archive's numbers in the place of those that `set` was read with; returns what `writeKeys()` is to write. */
export async function numberIds(
  db: Db,
  set: RatingSet,
  { name, isFirst }: { name: string; isFirst: boolean },
): Promise<Record<Kind, NewKeys>> {
  const { n, userId, movieId } = set.ratings;
  const movies = Int32Array.from(set.movies, (movie) => movie.movieId);
  const people = Int32Array.from(set.users, (user) => user.userId);
  const options = { name, isFirst };
  const users = { keys: set.keys?.users ?? null, columns: [userId.subarray(0, n), people] };
  const titles = { keys: set.keys?.movies ?? null, columns: [movieId.subarray(0, n), movies] };
  const added = {
    users: await renumber(db, "users", { ...users, ...options }),
    movies: await renumber(db, "movies", { ...titles, ...options }),
  };
  set.movies = set.movies.map((movie, i) => ({ ...movie, movieId: movies[i] }));
  set.users = set.users.map((user, i) => ({ ...user, userId: people[i] }));
  set.keys = undefined;
  return added;
}

/** Writes new texts; in the transaction that registers their source. */
export async function writeKeys(tx: Db, added: Readonly<Record<Kind, NewKeys>>): Promise<void> {
  for (const kind of ["users", "movies"] as const) {
    const { ids, keys } = added[kind];
    for (let from = 0; from < ids.length; from += PAGE) {
      await tx.execute(KINDS[kind].insert, [ids.slice(from, from + PAGE), keys.slice(from, from + PAGE)]);
    }
  }
}

interface Columns {
  /** Null: the columns hold the ids themselves. */
  keys: KeyIndex | null;
  columns: Int32Array[];
  name: string;
  /** The archive holds no source yet. */
  isFirst: boolean;
}

async function renumber(db: Db, kind: Kind, { keys, columns, name, isFirst }: Columns): Promise<NewKeys> {
  const { known, next, what } = KINDS[kind];
  const { [kind]: isKeyed } = (await db.row<Record<Kind, boolean>>("import/has_keys"))!;
  if (keys === null && !isKeyed) return { ids: [], keys: [] };
  if (keys !== null && !isKeyed && !isFirst) {
    throw new DataError(
      `Cannot import "${name}" as the ${what} ids of the archive are whole numbers: found ` +
        `${JSON.stringify(firstText(keys))}. Next: import with --replace, for a new database`,
    );
  }
  const texts = keys ?? together(columns);
  const numbers = new Int32Array(texts.size).fill(-1);
  for await (const rows of db.chunks<{ id: number; key: string }>(known, [], PAGE)) {
    for (const { id, key } of rows) {
      const place = texts.find(key);
      if (place >= 0) numbers[place] = id;
    }
  }
  const first = (await db.row<Record<string, number>>("import/next_ids"))![next];
  const added: NewKeys = { ids: [], keys: [] };
  for (let place = 0; place < texts.size; place++) {
    if (numbers[place] >= 0) continue;
    numbers[place] = first + added.ids.length;
    added.ids.push(numbers[place]);
    added.keys.push(texts.key(place));
  }
  if (first + added.ids.length > MAX_ID) {
    throw new DataError(`Cannot import "${name}" as its ${what} ids are too many`);
  }
  for (const column of columns) for (let i = 0; i < column.length; i++) column[i] = numbers[column[i]];
  return added;
}

/** Whole numbers as the texts that they are in this archive, one index for all `columns`. */
function together(columns: readonly Int32Array[]): KeyIndex {
  const all = new Int32Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  const texts = keysOf(all);
  at = 0;
  for (const column of columns) {
    column.set(all.subarray(at, at + column.length));
    at += column.length;
  }
  return texts;
}

/** The first that is no whole number, which is why there are texts at all. */
function firstText(keys: KeyIndex): string {
  for (let place = 0; place < keys.size; place++) {
    const key = keys.key(place);
    if (!/^(?:0|[1-9]\d{0,9})$/.test(key)) return key;
  }
  return keys.key(0);
}
