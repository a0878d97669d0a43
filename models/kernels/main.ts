/** `deno task kernels`: compiles every build of the assembly sources; exit code 1 with the compiler's words. */
import { readSources } from "./_sources.ts";
import { assemble } from "./compile.ts";

try {
  for (const entry of ["kernels", "scan"] as const) {
    for (const simd of ["relaxed", "portable"] as const) {
      const { byteLength } = await assemble(readSources(entry), { entry, simd });
      Deno.stdout.writeSync(new TextEncoder().encode(`${entry}, ${simd} SIMD: ${byteLength} bytes\n`));
    }
  }
} catch (error) {
  Deno.stderr.writeSync(new TextEncoder().encode(`${error instanceof Error ? error.message : error}\n`));
  Deno.exit(1);
}
