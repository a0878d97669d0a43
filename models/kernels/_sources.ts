/** The assembly sources as one text each, and the name of what they compile to. */
import { createHash } from "node:crypto";
import type { Compute } from "../model.ts";

export type Simd = Compute["simd"];

/** Bytes of one page of wasm memory. */
export const PAGE = 65_536;
/** 1 GiB: what the kernels may ever hold. Views made before a shared memory grows stay good for their own range only. */
export const MAXIMUM_PAGES = 16_384;

/** What is compiled: a file that exports what the host may call, and the pages that its memory may have at most. */
const ENTRIES = {
  kernels: { file: "index.ts", maximumPages: MAXIMUM_PAGES },
  /** Alone, as the server needs nothing else: 3 kB. Its memory is whatever it is given. */
  scan: { file: "scan.ts", maximumPages: 65_536 },
} as const;

export type Entry = keyof typeof ENTRIES;

/** What is compiled, and for which instructions. */
export interface Build {
  entry: Entry;
  simd: Simd;
}

const FOLDER = new URL("./assembly/", import.meta.url);

/** The entry file, and flags of the compiler. RELAXED is a constant of the sources. */
export function flagsOf({ entry, simd }: Build): string[] {
  const { file, maximumPages } = ENTRIES[entry];
  return [
    file,
    ...["--optimizeLevel", "3", "--runtime", "stub", "--noAssert", "--importMemory", "--sharedMemory"],
    ...["--initialMemory", "1", "--maximumMemory", `${maximumPages}`, "--use", "abort="],
    ...[
      "--enable",
      simd === "relaxed" ? "simd,threads,bulk-memory,relaxed-simd" : "simd,threads,bulk-memory",
    ],
    ...["--use", `RELAXED=${simd === "relaxed" ? 1 : 0}`],
  ];
}

/** Texts of what `entry` imports, and of itself, by file name, in the order of the names. */
export function readSources(entry: Entry): Map<string, string> {
  const texts = new Map<string, string>();
  const read = (name: string) => {
    if (texts.has(name)) return;
    const text = Deno.readTextFileSync(new URL(name, FOLDER));
    texts.set(name, text);
    for (const [, imported] of text.matchAll(/ from "\.\/(\w+)"/g)) read(`${imported}.ts`);
  };
  read(ENTRIES[entry].file);
  return new Map([...texts].sort(([a], [b]) => a < b ? -1 : 1));
}

/** What the compiled bytes depend on, as 16 hexadecimal digits: sources, compiler, flags. */
export function contentHash(sources: Map<string, string>, flags: readonly string[]): string {
  const compiler = import.meta.resolve("assemblyscript/asc").match(/assemblyscript[@/](\d[^/]*)/)?.[1];
  const content = JSON.stringify([compiler, flags, ...sources]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** f(): v128 → i8x16.relaxed_swizzle(i8x16.splat(1), i8x16.splat(2)): valid only where relaxed SIMD is. */
// deno-fmt-ignore
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  253, 128, 2, 11,
]);

/** `asked`, or what this engine has instead. */
export function simdHere(asked: Simd): Simd {
  return asked === "relaxed" && !WebAssembly.validate(RELAXED_PROBE) ? "portable" : asked;
}
