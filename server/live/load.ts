/**
 * From a file to what every thread can open: the snapshot's bytes in one shared memory, read and hashed in one pass, the
 * champion's vectors made ready for the scan behind them, and the versions that the settings name beside it.
 */
import { join } from "node:path";
import { decode } from "../../models/container.ts";
import { simdHere } from "../../models/kernels/_sources.ts";
import { readCompiled } from "../../models/kernels/compiled.ts";
import { readHashed } from "../../models/snapshot/read_hashed.ts";
import { openingSnapshot, openSnapshot, type Snapshot } from "../../models/snapshot/snapshot.ts";
import { inOneGo, type Steps, withPauses } from "../../models/steps.ts";
import type { Publication } from "../follow/publications.ts";
import { createMoments } from "./moments.ts";
import { openScorer } from "./openers.ts";
import { freezing, type Preparation, prepareModel, type SharedModel } from "./shared_model.ts";
import { createRoom, type SharedVectors, sharingVectors } from "./shared_vectors.ts";
import { sha256Of } from "./sha256.ts";

/** A verified snapshot, as one worker posts it to another: everything large in it is shared, and nothing copied. */
export interface SharedSnapshot {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Null: not published, but made of what the database holds. */
  readonly publicationId: number | null;
  /** When it was first handed out, in milliseconds of the epoch; null: not known. */
  readonly publishedAt: number | null;
  /** The champion's; null: it has none. */
  readonly vectors: SharedVectors | null;
  /** What the champion's scorer freezes where it has no vectors (see `SharedModel`). */
  readonly frozen: readonly Float32Array[];
  /** Versions that the settings name, ready. */
  readonly beside: readonly SharedModel[];
  /** Versions that they name and that cannot be served, and why: who would get them gets the champion. */
  readonly missing: readonly { version: string; reason: string }[];
  /** Folder of artifacts, for versions on call; null: there is none. */
  readonly artifacts: string | null;
}

export interface Loaded {
  shared: SharedSnapshot;
  /** `shared.bytes`, opened and found sound. */
  snapshot: Snapshot;
}

/**
 * Milliseconds between two steps of a millisecond or two, beside requests: the work takes a tenth of what two
 * processors can do, so that those who ask meanwhile do not notice.
 */
const PAUSE = 10;
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, PAUSE));

/** Calm: others answer requests meanwhile, and are not to notice. Quick: whoever waits for it comes first. */
export type Pace = "calm" | "quick";

/**
 * Reads the snapshot of `publication` into shared memory.
 *
 * @throws {SyntaxError} when its bytes are not those that were published, or contradict themselves.
 * @throws {Deno.errors.NotFound} when the file is gone.
 */
export async function loadSnapshot(
  artifacts: string,
  { snapshot: path, sha256, publicationId, publishedAt }: Omit<Publication, "isRepublished">,
  { pace = "quick" }: { pace?: Pace } = {},
): Promise<Loaded> {
  const rest = pace === "calm" ? pause : () => Promise.resolve();
  const { memory, bytes, found } = await readShared(join(artifacts, path), rest);
  if (found !== sha256) {
    throw new SyntaxError(
      `Cannot serve snapshot "${path}" as its sha256 should be ${sha256}: found ${found}`,
    );
  }
  const snapshot = await withPauses(openingSnapshot(bytes), rest);
  const module = await compiledScan(artifacts);
  const vectors = await withPauses(sharingChampion(snapshot, { memory, module }), rest);
  const frozen = await freezeChampion(snapshot, rest);
  const { beside, missing } = await prepareBeside(snapshot, { artifacts, module, pause: rest });
  return {
    snapshot,
    shared: { bytes, sha256, publicationId, publishedAt, vectors, frozen, beside, missing, artifacts },
  };
}

/** A snapshot that nobody published. Its vectors are scanned where they stand. */
export async function shareSnapshot(bytes: Uint8Array): Promise<Loaded> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const snapshot = openSnapshot(shared);
  const vectors = inOneGo(sharingChampion(snapshot, { memory: null, module: null }));
  const frozen = await freezeChampion(snapshot, () => Promise.resolve());
  const facts = { publicationId: null, publishedAt: null, beside: [], missing: [], artifacts: null };
  return { snapshot, shared: { bytes: shared, sha256: sha256Of(bytes), vectors, frozen, ...facts } };
}

async function readShared(path: string, pause: () => Promise<void>) {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const { memory, at } = createRoom(size);
  const bytes = new Uint8Array(memory.buffer, at, size);
  return { memory, bytes, found: await readHashed(file, bytes, { pause }) };
}

function* sharingChampion(
  { champion, movieIds }: Snapshot,
  { memory, module }: { memory: WebAssembly.Memory | null; module: WebAssembly.Module | null },
): Steps<SharedVectors | null> {
  const values = champion?.movieEmbeddings;
  if (!values) return null;
  const { dimension } = champion;
  if (memory === null) return { dimension, values, compiled: null };
  return yield* sharingVectors(memory, { at: values.byteOffset, n: movieIds.length, dimension, module });
}

async function freezeChampion(snapshot: Snapshot, pause: () => Promise<void>): Promise<Float32Array[]> {
  const { champion } = snapshot;
  if (!champion?.artifact || champion.movieEmbeddings) return [];
  const scorer = await openScorer(champion.model, decode(champion.artifact));
  return await withPauses(freezing(scorer, createMoments(snapshot)), pause);
}

/** A version that cannot be had keeps no snapshot from going live. */
async function prepareBeside(
  snapshot: Snapshot,
  how: Omit<Preparation, "moments">,
): Promise<Pick<SharedSnapshot, "beside" | "missing">> {
  const { variants, shadow } = snapshot.serving;
  const named = new Map([...variants, ...(shadow ? [shadow] : [])].map((each) => [each.version, each]));
  named.delete(snapshot.champion?.version ?? "");
  const beside: SharedModel[] = [];
  const missing: { version: string; reason: string }[] = [];
  if (named.size === 0) return { beside, missing };
  const preparation = { ...how, moments: createMoments(snapshot) };
  for (const [version, registered] of named) {
    try {
      beside.push((await prepareModel(registered, preparation)).shared);
    } catch (error) {
      missing.push({ version, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { beside, missing };
}

const modules = new Map<string, WebAssembly.Module>();

/** The scan as publish has compiled it; null: it has not, and lists take longer. */
async function compiledScan(artifacts: string): Promise<WebAssembly.Module | null> {
  const known = modules.get(artifacts);
  if (known) return known;
  const build = { entry: "scan", simd: simdHere("relaxed") } as const;
  const module = await readCompiled(join(artifacts, "kernels"), build);
  if (module) modules.set(artifacts, module);
  return module;
}
