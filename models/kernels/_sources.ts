/** The assembly sources as one text each, and the name of what they compile to. */
import { createHash } from "node:crypto";
import type { Compute } from "../model.ts";

export type Simd = Compute["simd"];

/** Bytes of one page of wasm memory. */
export const PAGE = 65_536;
/** 1 GiB: what a module may ever hold. Views made before a shared memory grows stay good for their own range only. */
export const MAXIMUM_PAGES = 16_384;

const FOLDER = new URL("./assembly/", import.meta.url);

/** Flags of the compiler, all but the entry file. RELAXED is read by `assembly/simd.ts`. */
export function flagsOf(simd: Simd): string[] {
  return [
    ...["--optimizeLevel", "3", "--runtime", "stub", "--noAssert", "--importMemory", "--sharedMemory"],
    ...["--initialMemory", "1", "--maximumMemory", `${MAXIMUM_PAGES}`, "--use", "abort="],
    ...[
      "--enable",
      simd === "relaxed" ? "simd,threads,bulk-memory,relaxed-simd" : "simd,threads,bulk-memory",
    ],
    ...["--use", `RELAXED=${simd === "relaxed" ? 1 : 0}`],
  ];
}

/** Texts of `assembly/*.ts` by file name, in the order of the names. */
export function readSources(): Map<string, string> {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".ts"));
  return new Map(names.sort().map((name) => [name, Deno.readTextFileSync(new URL(name, FOLDER))]));
}

/** What the compiled bytes depend on, as 16 hexadecimal digits: sources, compiler, flags. */
export function contentHash(sources: Map<string, string>, simd: Simd): string {
  const compiler = import.meta.resolve("assemblyscript/asc").match(/assemblyscript[@/](\d[^/]*)/)?.[1];
  const content = JSON.stringify([compiler, flagsOf(simd), ...sources]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
