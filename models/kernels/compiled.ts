/** What has been compiled before, for those who may not write, nor load a compiler: it is a matter of reading a file. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Build, contentHash, flagsOf, readSources } from "./_sources.ts";

const DIGEST_BYTES = 32;

/** The module that `compileKernels()` left in the folder `cache`; null when there is none of these sources. */
export async function readCompiled(cache: string, build: Build): Promise<WebAssembly.Module | null> {
  const wasm = await readIntact(pathOf(cache, readSources(build.entry), build));
  return wasm && await WebAssembly.compile(wasm);
}

/** Where the build of `sources` is kept. */
export function pathOf(cache: string, sources: Map<string, string>, build: Build): string {
  return join(cache, `${build.entry}-${build.simd}-${contentHash(sources, flagsOf(build))}.wasm`);
}

/** The bytes kept at `path`; null when there are none, or they are damaged. */
export async function readIntact(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const wasm = bytes.subarray(DIGEST_BYTES);
  return digestOf(wasm).equals(bytes.subarray(0, DIGEST_BYTES)) ? wasm : null;
}

export function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
