/**
 * The door to the numeric core: compiled kernels over one shared memory.
 *
 *   const kernels = await openKernels({ cache: null, workers: 1, simd: "relaxed" }, log);
 *   const x = kernels.floats(n); // a view of wasm memory: fill it, give `x.byteOffset` to kernels
 *   kernels.kernel("dot")(x.byteOffset, y.byteOffset, n);
 *
 * To add kernels: write `assembly/NAME.ts` (AssemblyScript; numbers in, a number or nothing out; addresses are `usize`
 * in bytes; no strings, arrays or classes that need a runtime; `madd()` of `./simd` for a·b + c), and export it from
 * `assembly/index.ts`. `deno task kernels` compiles both builds and shows the compiler's errors.
 */
import type { Compute } from "../model.ts";
import { createRoom, type Room } from "./_memory.ts";
import { MAXIMUM_PAGES, PAGE, type Simd, simdHere } from "./_sources.ts";
import { compileKernels } from "./compile.ts";

/** A function of the module; its arguments are addresses in bytes, counts and numbers, as its source says. */
export type Kernel = (...numbers: number[]) => number;

export interface Kernels {
  /** As in "kernels (wasm, relaxed SIMD)". */
  readonly name: string;
  /** What was opened; may be portable where relaxed was asked for. */
  readonly simd: Simd;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** @throws {ReferenceError} when the module has no such function. */
  kernel(name: string): Kernel;
  /** Views of zeros in wasm memory, at 64-byte lines; good until given to `free()`. */
  floats(n: number): Float32Array;
  doubles(n: number): Float64Array;
  integers(n: number): Int32Array;
  /** Gives back a view that one of these returned. */
  free(view: ArrayBufferView): void;
}

/** A module serves any number of memories; compiling, even from the cache, costs tens of milliseconds. */
const modules = new Map<Simd, Promise<WebAssembly.Module>>();

/** Compiles (or finds) the kernels and gives them a memory. `log` hears when relaxed SIMD is not to be had. */
export async function openKernels(
  { cache, simd }: Pick<Compute, "cache" | "simd">,
  log: (message: string) => void,
): Promise<Kernels> {
  const chosen = simdHere(simd);
  if (chosen !== simd) log("Relaxed SIMD is not to be had in this engine: the kernels run on portable SIMD");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
  const module = await moduleOf({ cache, simd: chosen });
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const room = createRoom(memory, PAGE);
  return {
    name: `kernels (wasm, ${chosen} SIMD)`,
    simd: chosen,
    module,
    memory,
    kernel: (name) => kernelOf(instance, name),
    ...views(memory, room),
  };
}

/** In one process the sources are the same, so one module will do, whatever the folder of a first caller was. */
function moduleOf(options: { cache: string | null; simd: Simd }): Promise<WebAssembly.Module> {
  const known = modules.get(options.simd);
  if (known) return known;
  const compiled = compileKernels(options);
  modules.set(options.simd, compiled);
  compiled.catch(() => modules.delete(options.simd));
  return compiled;
}

function kernelOf({ exports }: WebAssembly.Instance, name: string): Kernel {
  const found = exports[name];
  if (typeof found !== "function") {
    const known = Object.keys(exports).filter((key) => typeof exports[key] === "function");
    throw new ReferenceError(`Cannot call kernel "${name}" as there is none: found ${known.join(", ")}`);
  }
  return found as Kernel;
}

function views(memory: WebAssembly.Memory, room: Room) {
  return {
    floats: (n: number) => new Float32Array(...place(memory, room.take(4 * n)), n),
    doubles: (n: number) => new Float64Array(...place(memory, room.take(8 * n)), n),
    integers: (n: number) => new Int32Array(...place(memory, room.take(4 * n)), n),
    free: (view: ArrayBufferView) => room.give(view.byteOffset),
  };
}

/** Buffer and offset; the buffer is read after `take()`, which may have grown it. */
function place(memory: WebAssembly.Memory, at: number): [ArrayBufferLike, number] {
  return [memory.buffer, at];
}
