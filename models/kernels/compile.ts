/**
 * AssemblyScript → WebAssembly, in memory, on first use: nothing binary is kept in the tree.
 *
 * The result is cached in a file named by the hash of sources, compiler and flags. The file begins with the digest of
 * what follows: wasm with a flipped bit can still be valid wasm.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { type Build, type Entry, flagsOf, readSources, type Simd } from "./_sources.ts";
import { digestOf, pathOf, readIntact } from "./compiled.ts";

export interface CompileOptions {
  /** Absent: all kernels. */
  entry?: Entry;
  simd: Simd;
  /** Folder of compiled kernels, made if need be; null: compile anew. */
  cache: string | null;
}

/** The compiled module. @throws {Error} with the compiler's words when the sources do not compile. */
export async function compileKernels(
  { entry = "kernels", simd, cache }: CompileOptions,
): Promise<WebAssembly.Module> {
  const sources = readSources(entry);
  const path = cache === null ? null : pathOf(cache, sources, { entry, simd });
  const kept = path && await readIntact(path);
  if (kept) return await WebAssembly.compile(kept);
  const wasm = await assembled(sources, { entry, simd });
  if (path !== null) await keep(path, wasm);
  return await WebAssembly.compile(wasm);
}

/** What this process has compiled: another folder is no reason to compile it again. */
const compiled = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

function assembled(sources: Map<string, string>, build: Build): Promise<Uint8Array<ArrayBuffer>> {
  const name = pathOf("", sources, build);
  let wasm = compiled.get(name);
  if (wasm === undefined) {
    compiled.set(name, wasm = assemble(sources, build));
    wasm.catch(() => compiled.delete(name));
  }
  return wasm;
}

/** Runs the compiler; warnings are errors. */
export async function assemble(sources: Map<string, string>, build: Build): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded here, as it costs 0.3 s and 90 MB that a cached module spares.
  const { default: asc } = await import("assemblyscript/asc");
  const words: string[] = [];
  let wasm: Uint8Array<ArrayBuffer> | null = null;
  const { error } = await asc.main([...flagsOf(build), "--outFile", "kernels.wasm"], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_, contents) => void (wasm = new Uint8Array(contents as Uint8Array)),
    listFiles: () => [],
    stderr: { write: (text: string | Uint8Array) => void words.push(`${text}`) },
  });
  if (error !== null || wasm === null || words.length > 0) {
    const said = words.join("").trim() || error?.message || "nothing was written";
    throw new Error(`Cannot compile models/kernels/assembly (${build.entry}, simd: ${build.simd}):\n${said}`);
  }
  return wasm;
}

/** Writes aside and renames, so that a reader never sees half a file. */
async function keep(path: string, wasm: Uint8Array): Promise<void> {
  const folder = join(path, "..");
  await Deno.mkdir(folder, { recursive: true });
  const aside = await Deno.makeTempFile({ dir: folder, prefix: "kernels-", suffix: ".part" });
  await Deno.writeFile(aside, Buffer.concat([digestOf(wasm), wasm]));
  await Deno.rename(aside, path);
}
