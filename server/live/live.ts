/**
 * What is served now: one reference, which each request reads once and keeps.
 *
 * A new snapshot is loaded beside the old, verified, and put in its place by one assignment, together with its models
 * and the ratings that are newer than it: no request sees half of a swap. Its bytes stand in shared memory: the
 * coordinator loads them, and every worker opens the same ones.
 */
import { breathe } from "../../models/breathe.ts";
import { openSnapshot, type Snapshot } from "../../models/snapshot/snapshot.ts";
import type { SharedSnapshot } from "./load.ts";
import { openModel, openOwnScorer } from "./loaded_model.ts";
import { createModels, type Models } from "./models.ts";
import { createMoments } from "./moments.ts";
import type { NewerRatings } from "./newer.ts";
import { prepareModel, type Registered, type SharedModel } from "./shared_model.ts";

/** What one request works with, from its beginning to its end. */
export interface Serving {
  readonly snapshot: Snapshot;
  readonly sha256: string;
  /** Null: not published, but made of what the database holds. */
  readonly publicationId: number | null;
  /** When it was first handed out, in milliseconds of the epoch; null: not known. */
  readonly publishedAt: number | null;
  readonly newer: NewerRatings;
  readonly models: Models;
}

export interface Live {
  /** Null: there is nothing to serve yet. */
  current: Serving | null;
}

const { signal } = new AbortController();
const pause = () => breathe(signal);

/** A snapshot as this thread sees it. */
export type Opened = Omit<Serving, "newer">;

/**
 * Opens `shared` in this thread; `snapshot`: what it is known to be here already.
 *
 * @throws {SyntaxError} when it is no snapshot, or a model's artifact is damaged.
 */
export async function openShared(
  { shared, snapshot = openSnapshot(shared.bytes, { isChecked: true }) }: {
    shared: SharedSnapshot;
    snapshot?: Snapshot;
  },
): Promise<Opened> {
  const { sha256, publicationId, publishedAt, artifacts, vectors } = shared;
  const moments = createMoments(snapshot);
  const champion = championOf(snapshot, shared);
  const open = async (model: SharedModel, published: Float32Array | null = null) =>
    openModel(model, { snapshot, moments, published, scorer: await openOwnScorer(model) });
  const models = createModels({
    champion: champion && await open(champion, snapshot.champion?.userEmbeddings),
    beside: await Promise.all(shared.beside.map((model) => open(model))),
    moments,
    async load(registered: Registered) {
      if (artifacts === null) throw new Deno.errors.NotFound("There are no artifacts to load from");
      const module = vectors?.compiled?.module ?? null;
      const { shared, scorer } = await prepareModel(registered, { artifacts, moments, module, pause });
      return openModel(shared, { snapshot, moments, published: null, scorer });
    },
  });
  return { snapshot, sha256, publicationId, publishedAt, models };
}

function championOf({ champion }: Snapshot, { vectors, frozen }: SharedSnapshot): SharedModel | null {
  if (champion === null) return null;
  const { version, model, artifact, slope, intercept, mean } = champion;
  return { version, model, artifact, vectors, frozen, mean, line: { slope, intercept } };
}

/** What is served with `opened`. */
export function servingOf(opened: Opened, newer: NewerRatings): Serving {
  return { ...opened, newer };
}
