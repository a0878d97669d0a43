/** Puts together what the server reads: titles, popularity, seen lists, vectors. Users and movies ascend by id. */
import type { FeatureState } from "../models/feature_state.ts";
import type { IdIndex } from "../models/id_index.ts";
import { createSeenLists, type SeenLists } from "../models/seen_lists.ts";
import { type Champion, encodeSnapshot } from "../models/snapshot.ts";
import { numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { Embeddings } from "./_embeddings.ts";
import type { Movies } from "./_lake.ts";
import type { TaskContext } from "./runner/task.ts";

/** The snapshot's bytes. `users` must hold exactly the users of the lake's ratings. */
export async function buildSnapshot(
  { db, day }: Pick<TaskContext, "db" | "day">,
  { movies, state, users, embeddings, batchId }: {
    movies: Movies;
    state: FeatureState;
    users: IdIndex;
    embeddings: Embeddings | null;
    batchId: number;
  },
): Promise<Uint8Array> {
  const { catalogue, titles, genres } = movies;
  const sources = await db.rows<Row<"raw_db.sources">>("status/sources");
  const seen = await readSeen(db, catalogue.movies, batchId);
  const positions = Array.from(seen.userIds, (id) => positionOf(users, id));
  return encodeSnapshot({
    day,
    batchId,
    edition: sources.at(-1)?.edition ?? "",
    isSample: sources.some(({ is_sample }) => is_sample),
    genres,
    movies: {
      ids: catalogue.movies.ids,
      titles,
      years: Array.from(catalogue.years, (year) => year || null),
      genreIds: titles.map((_, movie) => [
        ...catalogue.genres.subarray(catalogue.genreStarts[movie], catalogue.genreStarts[movie + 1]),
      ]),
      nRatings: Uint32Array.from(state.movieCounts),
      ratingSums: state.movieSums,
    },
    seen,
    userRatingSums: Float64Array.from(positions, (user) => state.userSums[user]),
    champion: embeddings && championOf(embeddings, positions),
  });
}

/** What was rated through `batchId`, as positions of movies; the server adds what is newer. */
async function readSeen(db: Db, movies: IdIndex, batchId: number): Promise<SeenLists> {
  const lists = createSeenLists();
  for await (
    const { n, columns } of numericRows(db.copyOut("lake/copy_seen", { batch_id: batchId }), ["int4", "int4"])
  ) {
    const [userIds, movieIds] = columns;
    for (let row = 0; row < n; row++) lists.add(userIds[row], positionOf(movies, movieIds[row]));
  }
  return lists.finish();
}

/** The users' vectors in the snapshot's order. */
function championOf({ users, movies, ...rest }: Embeddings, positions: readonly number[]): Champion {
  const { dimension } = rest;
  const ordered = new Float32Array(positions.length * dimension);
  positions.forEach((user, i) =>
    ordered.set(users.subarray(user * dimension, (user + 1) * dimension), i * dimension)
  );
  return { ...rest, movieEmbeddings: movies, userEmbeddings: ordered };
}

function positionOf(index: IdIndex, id: number): number {
  const position = index.get(id);
  if (position === undefined) {
    throw new RangeError(
      `Cannot publish as ${id} is rated but has no features. Next: deno task daily --from features`,
    );
  }
  return position;
}
