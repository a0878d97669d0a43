/**
 * MovieLens data sets as `Source`s: `ratings.csv` and `movies.csv` (latest, latest-small, 25M, 32M), or the `::`
 * layout of 10M and 1M (`ratings.dat`, `movies.dat`, `users.dat`), from a folder, a zip or gzipped files.
 */
import { createHash } from "node:crypto";
import { DataError } from "./errors.ts";
import { type Member, type Members, openMembers } from "./members.ts";
import { parseMovies, parseUsers } from "./movies.ts";
import { type Layout, RatingParser } from "./rating_parser.ts";
import type { RatingSet, ReadOptions, Source } from "./source.ts";
import { decodeFile } from "./text.ts";

const README_CHARS = 2000;
const README_EDITION = /\bdataset \((ml-[a-z0-9-]+)\)/i;

/**
 * The data set at `path`; nothing but the file names and the README is read yet.
 *
 * @param name what `import` is to be given to find it again; by default its absolute path
 * @throws {DataError} when the ratings or the movies file is missing.
 */
export async function movieLens(path: string, { name }: { name?: string } = {}): Promise<Source> {
  const members = await openMembers(path);
  const [layout, ratings, movies] = pair(members, path);
  let hash: Promise<string> | undefined;
  return {
    name: name ?? members.path,
    edition: await edition(members),
    isSample: false,
    sha256: (options = {}) => hash ??= hashOf(ratings, options),
    read: async (options = {}) => {
      // Movies first: they are small, and a broken set shows at once.
      const { movies: found, broken } = parseMovies(await text(movies), { file: movies.path, layout });
      const users = members.files.get("users.dat");
      const people = users ? parseUsers(await text(users), users.path) : { users: [], broken: [] };
      const { parser, sha256 } = await readRatings(ratings, layout, options);
      hash ??= Promise.resolve(sha256);
      return {
        sha256,
        ratings: parser.ratings,
        unparsable: parser.unparsable,
        movies: found,
        users: people.users,
        broken: [...broken, ...people.broken],
      } satisfies RatingSet;
    },
  };
}

function pair({ files }: Members, path: string): [Layout, Member, Member] {
  for (const layout of ["csv", "dat"] as const) {
    const [ratings, movies] = [files.get(`ratings.${layout}`), files.get(`movies.${layout}`)];
    if (ratings && movies) return [layout, ratings, movies];
  }
  const found = [...files.keys()].filter((name) => !name.startsWith("readme"));
  throw new DataError(
    `Cannot read "${path}" as it should have ratings.csv and movies.csv, or ratings.dat and movies.dat: ` +
      `found ${found.length > 0 ? found.join(", ") : "none of them"}`,
  );
}

/** What the README calls the data set, else its folder. */
async function edition({ files, folder }: Members): Promise<string> {
  const readme = files.get("readme.txt") ?? files.get("readme") ?? files.get("readme.html");
  if (!readme) return folder;
  return README_EDITION.exec((await text(readme)).slice(0, README_CHARS))?.[1] ?? folder;
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

async function text(member: Member): Promise<string> {
  const bytes = new Uint8Array(await new Response(ReadableStream.from(member.open(() => {}))).arrayBuffer());
  return decodeFile(bytes);
}
