/** Compiled kernels for tests: in one folder, so that each build is compiled once, 3 CPU seconds, and not in every file. */
import { join } from "node:path";
import { simdHere } from "../../models/kernels/_sources.ts";
import { compileKernels } from "../../models/kernels/compile.ts";
import type { Compute } from "../../models/model.ts";

export const CACHE = ".matinee/kernels";

/** What models do by themselves, on one thread. */
export const compute: Compute = { cache: CACHE, workers: 1, simd: "relaxed" };

/** Leaves the compiled scan below `artifacts`, as publish does. */
export async function keepScan(artifacts: string): Promise<void> {
  const folder = join(artifacts, "kernels");
  await Deno.mkdir(folder, { recursive: true });
  await compileKernels({ entry: "scan", simd: simdHere("relaxed"), cache: CACHE });
  for await (const { name } of Deno.readDir(CACHE)) {
    // Only what was compiled of these sources is ever looked for.
    if (/^scan-.*\.wasm$/.test(name)) await Deno.copyFile(join(CACHE, name), join(folder, name));
  }
}
