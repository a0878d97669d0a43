/**
 * MovieLens data sets as `Source`s: `ratings.csv` and `movies.csv` (latest, latest-small, 20M, 25M, 32M), the `::`
 * layout of 10M and 1M (`ratings.dat`, `movies.dat`, `users.dat`), or 100K's tabs and bars (`u.data`, `u.item`,
 * `u.genre`, `u.user`), from a folder, a zip or gzipped files.
 */
import { createHash } from "node:crypto";
import { DataError } from "./errors.ts";
import { type Member, type Members, openMembers } from "./members.ts";
import { parseGenres } from "./ml_100k.ts";
import { parseMovies, parseUsers } from "./movies.ts";
import { type Layout, RatingParser } from "./rating_parser.ts";
import type { RatingSet, ReadOptions, Source, SourceFile } from "./source.ts";
import { decodeFile, encodingOf } from "./text.ts";

const README_CHARS = 2000;
const README_EDITION = /\bdataset \((ml-[a-z0-9-]+)\)/i;
/** The largest movies file known has 4 MB. What is read whole must fit in memory. */
const MAX_TEXT_BYTES = 1 << 28;

/** What each file of a layout is called; a set needs ratings and movies. */
export const NAMES: Record<Layout, { ratings: string; movies: string; users?: string; genres?: string }> = {
  csv: { ratings: "ratings.csv", movies: "movies.csv" },
  dat: { ratings: "ratings.dat", movies: "movies.dat", users: "users.dat" },
  tab: { ratings: "u.data", movies: "u.item", users: "u.user", genres: "u.genre" },
};
const LAYOUTS = ["csv", "dat", "tab"] as const;

interface Files {
  layout: Layout;
  ratings: Member;
  movies: Member;
  users?: Member;
  genres?: Member;
}

/**
 * The data set at `path`; nothing but the file names and the README is read yet.
 *
 * @param name what `import` is to be given to find it again; by default its absolute path
 * @throws {DataError} when the ratings or the movies file is missing.
 */
export async function movieLens(path: string, { name }: { name?: string } = {}): Promise<Source> {
  const members = await openMembers(path);
  const files = filesOf(members, path);
  let hash: Promise<string> | undefined;
  return {
    name: name ?? members.path,
    edition: await edition(members),
    isSample: false,
    sha256: (options = {}) => hash ??= hashOf(files.ratings, options),
    read: async (options = {}) => {
      // Movies first: they are small, and a broken set shows at once.
      const { files: others, ...catalogue } = await readCatalogue(files);
      const { parser, sha256 } = await readRatings(files.ratings, files.layout, options);
      hash ??= Promise.resolve(sha256);
      if (await hash !== sha256) throw changed(files.ratings);
      const { ratings, unparsable, encoding } = parser;
      const read = [factsOf("ratings", files.ratings, encoding), ...others];
      return { sha256, files: read, ratings, unparsable, ...catalogue } satisfies RatingSet;
    },
  };
}

function filesOf({ files, named, others }: Members, path: string): Files {
  for (const layout of LAYOUTS) {
    const names = NAMES[layout];
    const [ratings, movies] = [files.get(names.ratings), files.get(names.movies)];
    if (!ratings || !movies || (named !== undefined && named !== names.ratings)) continue;
    return {
      layout,
      ratings,
      movies,
      users: files.get(names.users ?? ""),
      genres: files.get(names.genres ?? ""),
    };
  }
  const ofUse = [...files.keys()].filter((name) => !name.startsWith("readme"));
  const found = ofUse.length > 0 ? ofUse : others;
  const more = found.length > 5 ? ` and ${found.length - 5} more` : "";
  throw new DataError(
    `Cannot read "${path}" as it should have ratings.csv and movies.csv, or ratings.dat and movies.dat, or u.data ` +
      `and u.item: found ${found.length > 0 ? found.slice(0, 5).join(", ") + more : "none of them"}. ` +
      "Next: deno task import FOLDER, with the folder that holds both",
  );
}

/** What the README calls the data set, else its folder. */
async function edition({ files, folder }: Members): Promise<string> {
  const readme = files.get("readme.txt") ?? files.get("readme") ?? files.get("readme.html");
  if (!readme) return folder;
  try {
    for await (const bytes of readme.open(() => {})) {
      return README_EDITION.exec(decodeFile(bytes).slice(0, README_CHARS))?.[1] ?? folder;
    }
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause; // a README that cannot be read names nothing
  }
  return folder;
}

async function readCatalogue({ layout, movies, users, genres }: Files) {
  const [items, people, names] = [
    await text(movies),
    users && await text(users),
    genres && await text(genres),
  ];
  const flags = layout === "tab" ? parseGenres(names?.text ?? null, genres?.path ?? "") : [];
  const found = parseMovies(items.text, { file: movies.path, layout, genres: flags });
  const known = users && people
    ? parseUsers(people.text, { file: users.path, layout })
    : { users: [], broken: [] };
  return {
    files: [
      factsOf("movies", movies, items.encoding),
      ...users && people ? [factsOf("users", users, people.encoding)] : [],
      ...genres && names ? [factsOf("genres", genres, names.encoding)] : [],
    ],
    movies: found.movies,
    nRepeatedMovies: found.nRepeated,
    users: known.users,
    broken: [...found.broken, ...known.broken],
  };
}

function factsOf(role: SourceFile["role"], { path, size }: Member, encoding: string): SourceFile {
  return { role, path, bytes: size, encoding };
}

async function readRatings(member: Member, layout: Layout, { signal, progress }: ReadOptions) {
  const parser = new RatingParser(member.path, layout);
  const hash = createHash("sha256");
  let read = 0;
  for await (const bytes of member.open((n) => read += n)) {
    signal?.throwIfAborted();
    hash.update(bytes);
    parser.feed(bytes);
    progress?.(read, member.size, "bytes");
  }
  parser.finish();
  return { parser, sha256: hash.digest("hex") };
}

async function hashOf(member: Member, { signal, progress }: ReadOptions): Promise<string> {
  const hash = createHash("sha256");
  let read = 0;
  for await (const bytes of member.open((n) => read += n)) {
    signal?.throwIfAborted();
    hash.update(bytes);
    progress?.(read, member.size, "bytes");
  }
  return hash.digest("hex");
}

function changed({ path }: Member): DataError {
  return new DataError(
    `Cannot read "${path}" as it changed between two readings. Next: the same command, once nobody writes to it`,
  );
}

async function text(member: Member): Promise<{ text: string; encoding: string }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of member.open(() => {})) {
    size += bytes.length;
    if (size > MAX_TEXT_BYTES) {
      throw new DataError(
        `Cannot read "${member.path}" as it should have ${MAX_TEXT_BYTES} bytes at most: found more`,
      );
    }
    chunks.push(bytes);
  }
  const whole = new Uint8Array(size);
  chunks.reduce((at, bytes) => (whole.set(bytes, at), at + bytes.length), 0);
  return { text: decodeFile(whole), encoding: encodingOf(whole) };
}
