/** A model version made ready for one snapshot: once, by one thread, and posted to the others, which share its memory. */
import { join } from "node:path";
import { decode } from "../../models/container.ts";
import type { Scorer } from "../../models/model.ts";
import { embeddingMovies } from "../../models/retriever.ts";
import { readHashed } from "../../models/snapshot/read_hashed.ts";
import type { ServedVersion } from "../../models/snapshot/serving_settings.ts";
import { type Steps, withPauses } from "../../models/steps.ts";
import type { Moments } from "./moments.ts";
import { openScorer } from "./openers.ts";
import { createRoom, type SharedVectors, sharingVectors } from "./shared_vectors.ts";

/** From a product of vectors to stars. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

export interface SharedModel {
  readonly version: string;
  /** Its name in the manifest. */
  readonly model: string;
  /** In shared memory; null: vectors are all there is. */
  readonly artifact: Uint8Array<ArrayBufferLike> | null;
  /** Of the snapshot's movies; null: the model has none. */
  readonly vectors: SharedVectors | null;
  /** Of a model that has none: what its scorer freezes, as `freezing()` made it. */
  readonly frozen: readonly Float32Array[];
  /** Of the vectors' products. */
  readonly line: Line;
  /** The running mean that its vectors are as of; null: the snapshot's. */
  readonly mean: number | null;
}

/** What a registered version is known by. */
export type Registered = Pick<ServedVersion, "version" | "model" | "artifact"> & { sha256?: string };

export interface Preparation {
  artifacts: string;
  /** Of the snapshot that the model is to be served with. */
  moments: Moments;
  /** The compiled scan; null: there is none. */
  module: WebAssembly.Module | null;
  /** Awaited every few milliseconds: others answer requests meanwhile. */
  pause: () => Promise<void>;
}

/** A model made ready, and its scorer as this thread has opened it. */
export interface Prepared {
  shared: SharedModel;
  scorer: Scorer;
}

/**
 * Reads the artifact of a registered version, and embeds the movies where it has vectors, with pauses for requests.
 *
 * @throws {Deno.errors.NotFound} when the file is gone.
 * @throws {SyntaxError} when it is damaged, or no model of this checkout.
 */
export async function prepareModel(registered: Registered, preparation: Preparation): Promise<Prepared> {
  const { version, model } = registered;
  const { moments, module, pause } = preparation;
  const artifact = await readArtifact(registered, preparation);
  const scorer = await openScorer(model, decode(artifact));
  const facts = { version, model, artifact, mean: null };
  const { embedder } = scorer;
  if (!embedder) {
    const frozen = await withPauses(freezing(scorer, moments), pause);
    return { scorer, shared: { ...facts, vectors: null, frozen, line: { slope: 1, intercept: 0 } } };
  }
  const { dimension } = embedder;
  const n = moments.catalogue.movies.size;
  const { memory, at } = createRoom(4 * n * dimension);
  await withPauses(
    embeddingMovies(embedder, moments.movies, new Float32Array(memory.buffer, at, n * dimension)),
    pause,
  );
  const vectors = await withPauses(sharingVectors(memory, { at, n, dimension, module }), pause);
  return { scorer, shared: { ...facts, vectors, frozen: [], line: embedder.line(moments.movies) } };
}

/** The vectors of the snapshot's movies that `scorer` freezes, in its order, in shared memory: no other thread makes them. */
export function* freezing({ frozen = [] }: Scorer, { movies, catalogue }: Moments): Steps<Float32Array[]> {
  const made = frozen.map(({ dimension }) =>
    new Float32Array(new SharedArrayBuffer(4 * catalogue.movies.size * dimension))
  );
  for (const [i, embedder] of frozen.entries()) yield* embeddingMovies(embedder, movies, made[i]);
  return made;
}

/** Into shared memory, looked through once. */
async function readArtifact(
  { version, artifact, sha256 }: Registered,
  { artifacts, pause }: Pick<Preparation, "artifacts" | "pause">,
): Promise<Uint8Array<ArrayBufferLike>> {
  using file = await Deno.open(join(artifacts, artifact));
  const bytes = new Uint8Array(new SharedArrayBuffer((await file.stat()).size));
  const found = await readHashed(file, bytes, { pause });
  // Files are named by the first digits of what they hold.
  const isNamed = artifact.endsWith(`/${found.slice(0, 16)}.bin`);
  if (isNamed && found === (sha256 ?? found)) return bytes;
  throw new SyntaxError(
    `Cannot serve version ${version} as "${artifact}" has changed: found sha256 ${found}`,
  );
}
