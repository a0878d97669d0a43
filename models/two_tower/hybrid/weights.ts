/** The hybrid's weights: two towers, and three tables of embeddings by external id. */
import type { Container } from "../../container.ts";
import { IdIndex } from "../../id_index.ts";
import type { Rng } from "../../rng.ts";
import { openWeights, packWeights } from "../_weights.ts";
import { RATING_INPUTS } from "./inputs.ts";
import { initialTower, type Moments, type Tower } from "../towers.ts";

/** Rows of embeddings; a row's first columns are for retrieval, the others for ratings. */
export interface Rows {
  readonly ids: IdIndex;
  readonly values: Float32Array; // [ids × (d₁ + d₂)]
}

export interface HybridWeights {
  readonly user: Tower;
  readonly movie: Tower;
  /** d₁. */
  readonly split: number;
  /** c, in stars. */
  readonly offset: number;
  readonly users: Rows;
  readonly movies: Rows;
  /** Of the movies in a bag; the ids are those of `movies`. */
  readonly bags: Rows;
}

const SMALL = 0.05;

/** Weights before training: people at 0, where an unknown one is; movies around it. */
export function initialWeights(
  { user, movie, ids, hidden, split, width }: {
    user: Moments;
    movie: Moments;
    ids: { users: Int32Array; movies: Int32Array };
    /** Of each objective. */
    hidden: number;
    split: number;
    width: number;
  },
  rng: Rng,
): HybridWeights {
  const tower = (moments: Moments, unseen: number) =>
    apart(initialTower(moments, { units: [2 * hidden, width] }, rng), { hidden, split, unseen });
  const none: HybridWeights = {
    user: tower(user, 0),
    movie: tower(movie, RATING_INPUTS),
    split,
    offset: 0,
    users: { ids: new IdIndex(), values: new Float32Array(0) },
    movies: { ids: new IdIndex(), values: new Float32Array(0) },
    bags: { ids: new IdIndex(), values: new Float32Array(0) },
  };
  return grownTo(none, ids, rng);
}

/** `weights` with rows for all of `ids`; those that it has stay as they are. */
export function grownTo(
  weights: HybridWeights,
  ids: { users: Int32Array; movies: Int32Array },
  rng: Rng,
): HybridWeights {
  const { users, movies, bags } = weights;
  const width = weights.user.layers[1].units;
  return {
    ...weights,
    users: grown(users, ids.users, width, () => 0),
    movies: grown(movies, ids.movies, width, () => SMALL * (2 * rng.uniform() - 1)),
    bags: grown(bags, ids.movies, width, () => SMALL * (2 * rng.uniform() - 1)),
  };
}

function grown({ ids, values }: Rows, more: Int32Array, width: number, draw: () => number): Rows {
  const all = IdIndex.from(ids.ids);
  for (const id of more) all.add(id);
  const known = ids.size * width;
  const longer = new Float32Array(all.size * width);
  longer.set(values);
  for (let at = known; at < longer.length; at++) longer[at] = draw();
  return { ids: all, values: longer };
}

/**
 * The objectives share inputs and nothing else: what leads from one's hidden units to the other's columns is 0, and so
 * is what leads from the last `unseen` inputs to retrieval's units.
 */
function apart(
  tower: Tower,
  { hidden, split, unseen }: { hidden: number; split: number; unseen: number },
): Tower {
  const [first, last] = tower.layers;
  for (let i = first.inputs - unseen; i < first.inputs; i++) {
    first.kernel.fill(0, i * first.units, i * first.units + hidden);
  }
  for (let i = 0; i < last.inputs; i++) {
    for (let j = 0; j < last.units; j++) {
      if (i < hidden !== j < split) last.kernel[i * last.units + j] = 0;
    }
  }
  return tower;
}

export function packHybrid(header: Container["header"], weights: HybridWeights): Container {
  const { user, movie, split, offset, users, movies, bags } = weights;
  const { header: towers, arrays } = packWeights({ ...header, split }, {
    user,
    movie,
    head: "dot",
    logScale: 0,
    offset,
  });
  return {
    header: towers,
    arrays: {
      ...arrays,
      "users.ids": users.ids.ids.slice(),
      "users.vectors": users.values,
      "movies.ids": movies.ids.ids.slice(),
      "movies.vectors": movies.values,
      "movies.bag_vectors": bags.values,
    },
  };
}

/** @throws {SyntaxError} when something is missing, or does not fit. */
export function openHybridWeights(artifact: Container): HybridWeights {
  const { user, movie, offset } = openWeights(artifact);
  const { split } = artifact.header;
  const width = user.layers[user.layers.length - 1].units;
  if (user.layers.length !== 2 || movie.layers.length !== 2 || movie.layers[1].units !== width) {
    throw new SyntaxError(
      `Cannot open the artifact as both towers should have 2 layers, equally wide at their end`,
    );
  }
  if (typeof split !== "number" || !(split > 0 && split < width)) {
    throw new SyntaxError(
      `Cannot open the artifact as split should be within ${width} columns: found ${
        JSON.stringify(split ?? null)
      }`,
    );
  }
  const rows = (ids: string, vectors: string) => openRows(artifact, { ids, vectors, width });
  return {
    user,
    movie,
    split,
    offset,
    users: rows("users.ids", "users.vectors"),
    movies: rows("movies.ids", "movies.vectors"),
    bags: rows("movies.ids", "movies.bag_vectors"),
  };
}

function openRows(
  { arrays }: Container,
  { ids: idsName, vectors, width }: { ids: string; vectors: string; width: number },
): Rows {
  const ids = arrays[idsName];
  const values = arrays[vectors];
  if (ids instanceof Int32Array && values instanceof Float32Array && values.length === ids.length * width) {
    return { ids: IdIndex.from(ids), values };
  }
  throw new SyntaxError(
    `Cannot open the artifact as ${vectors} should be ${width} floats for each of ${idsName}: ` +
      `found ${values?.length ?? "nothing"} for ${ids?.length ?? "nothing"}`,
  );
}
