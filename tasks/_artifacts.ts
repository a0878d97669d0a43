/** Files named by their content: written aside, on disk before they are named, never changed. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

export interface Stored {
  /** Hex sha256 of the bytes. */
  sha256: string;
  /** Path below the artifact folder. */
  path: string;
}

/** Writes `bytes` to `<folder>/<kind>/<first 16 digits of sha256>.bin`, unless it is there. */
export async function storeArtifact(folder: string, kind: string, bytes: Uint8Array): Promise<Stored> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const path = `${kind}/${sha256.slice(0, 16)}.bin`;
  await writeAside(join(folder, path), bytes);
  return { sha256, path };
}

/** Reads back what `storeArtifact()` wrote. @throws {Error} when the disk has something else. */
export async function verifyArtifact(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const found = await Deno.readFile(join(folder, path));
  if (Buffer.compare(found, bytes) === 0) return;
  throw new Error(
    `Cannot trust "${path}" as it should read as it was written, ${bytes.length} bytes: found ${found.length} ` +
      "that differ. Next: look at the disk, then deno task daily",
  );
}

/** Reads an artifact and checks that it still is what its name says. @throws {SyntaxError} when it is damaged. */
export async function loadArtifact(folder: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await Deno.readFile(join(folder, path));
  const found = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  if (path.endsWith(`/${found}.bin`)) return bytes;
  throw new SyntaxError(`Cannot use artifact "${path}" as its content has changed: found hash ${found}`);
}

/** Replaces `path` by `bytes` in one step: readers see the old file or the new one, whole. */
export async function writeAside(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${Deno.pid}.tmp`;
  {
    using file = await Deno.open(aside, { write: true, create: true, truncate: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  }
  await Deno.rename(aside, path);
}

/** Removes the files of `kind` that `isNamed` does not know: what a killed attempt left behind. Returns their count. */
export async function sweepArtifacts(
  folder: string,
  kind: string,
  isNamed: (path: string) => boolean,
): Promise<number> {
  const place = join(folder, kind);
  await Deno.mkdir(place, { recursive: true });
  let swept = 0;
  for await (const { name } of Deno.readDir(place)) {
    if (isNamed(`${kind}/${name}`)) continue;
    await Deno.remove(join(place, name));
    swept++;
  }
  return swept;
}
