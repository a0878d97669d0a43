/** Snapshots opened for the tests of models: from a file as the server reads it, or as they were made. */
import { join } from "node:path";
import { encodeSnapshot, type SnapshotParts } from "../../../models/snapshot/snapshot.ts";
import { openShared } from "../../../server/live/live.ts";
import { type Loaded, loadSnapshot, shareSnapshot } from "../../../server/live/load.ts";
import type { Asked } from "../../../server/live/moments.ts";
import { sha256Of } from "../../../server/live/sha256.ts";
import { keepScan } from "../../support/compute.ts";

/** As it was made, its vectors scanned in TypeScript. */
export const opened = async (parts: SnapshotParts) =>
  await openShared(await shareSnapshot(encodeSnapshot(parts)));

/** A folder of artifacts, gone in the end. */
export async function artifactFolder() {
  const path = await Deno.makeTempDir({ prefix: "matinee_live_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Out of a file below `artifacts`, with the compiled scan. */
export async function loaded(parts: SnapshotParts, artifacts: string): Promise<Loaded> {
  const bytes = encodeSnapshot(parts);
  await Deno.writeFile(join(artifacts, "test.bin"), bytes);
  await keepScan(artifacts);
  const publication = { publicationId: 1, snapshot: "test.bin", sha256: sha256Of(bytes), publishedAt: null };
  return await loadSnapshot(artifacts, publication);
}

/** Writes `bytes` as `tasks/_artifacts.ts` does; the path below `artifacts`. */
export async function store(artifacts: string, bytes: Uint8Array): Promise<string> {
  const path = `models/${sha256Of(bytes).slice(0, 16)}.bin`;
  await Deno.mkdir(join(artifacts, "models"), { recursive: true });
  await Deno.writeFile(join(artifacts, path), bytes);
  return path;
}

/** Somebody of the snapshot, with what they rated since. */
export function asked(
  { userIds }: { userIds: Int32Array },
  user: number,
  later: Iterable<readonly [number, number]> = [],
): Asked {
  return { userId: user < 0 ? null : userIds[user], user, later: new Map(later) };
}

export const bits = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)];
