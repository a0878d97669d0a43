/**
 * Starts TensorFlow.js on its WebAssembly backend, from the package's own files; on plain JavaScript if that fails.
 *
 * The backend's matrix product is fast (XNNPACK) only when nothing is transposed, and every gradient of a dense layer
 * has a transposed side: 1.25 ms instead of 0.15 ms for 512 × 64 × 44. So transposed sides are turned first.
 */
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { BackendWasm, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { loadNative } from "./_tfjs_native.ts";

let started: Promise<string> | null = null;

export interface BackendOptions {
  /** Of the WebAssembly files; by default the package's own. */
  folder?: URL;
  /** Of TensorFlow's native library, which is taken where it is there. */
  native?: string;
}

/** Starts the backend once per process; returns its name. `log` hears when it is a slow one. */
export function startBackend(log: (message: string) => void, options: BackendOptions = {}): Promise<string> {
  return started ??= start(log, options);
}

async function start(log: (message: string) => void, { folder, native }: BackendOptions): Promise<string> {
  if (native !== undefined && await loadNative(native, log) && await tf.setBackend("tensorflow")) {
    return "tfjs (native)";
  }
  const files = fileURLToPath(folder ?? new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")));
  setWasmPaths(files);
  if (await tf.setBackend("wasm")) {
    turnBeforeProduct();
    sumSegments();
    return await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") ? "tfjs (wasm, SIMD)" : "tfjs (wasm)";
  }
  log(`TensorFlow.js cannot use WebAssembly from "${files}": training in plain JavaScript, slowly`);
  await import("@tensorflow/tfjs-backend-cpu");
  if (!await tf.setBackend("cpu")) {
    throw new Error(`Cannot start TensorFlow.js as neither wasm nor cpu works`);
  }
  return "tfjs (cpu)";
}

/** Replaces the backend's BatchMatMul by transposes and a product of untransposed matrices. */
function turnBeforeProduct(): void {
  const [product, transpose] = ["BatchMatMul", "Transpose"].map((name) => tf.getKernel(name, "wasm"));
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel({
    ...product,
    kernelFunc: ({ inputs: { a, b }, attrs, backend }) => {
      const made: tf.TensorInfo[] = [];
      const turned = (x: tf.TensorInfo | undefined, isTransposed: unknown) => {
        if (!x || !isTransposed) return x;
        const perm = x.shape.length === 3 ? [0, 2, 1] : [1, 0];
        made.push(...[transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm } })].flat());
        return made.at(-1);
      };
      const inputs = { a: turned(a, attrs?.transposeA), b: turned(b, attrs?.transposeB) };
      const result = product.kernelFunc({ inputs, backend, attrs: { transposeA: false, transposeB: false } });
      if (backend instanceof BackendWasm) { for (const { dataId } of made) backend.disposeData(dataId); }
      return result;
    },
  });
}

/** The gradient of looking rows up, which the WebAssembly backend lacks: rows of `x` added up by where they came from. */
function sumSegments(): void {
  if (tf.getKernel("UnsortedSegmentSum", "wasm")) return;
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs: { x, segmentIds }, attrs, backend }) => {
      if (!x || !segmentIds || !(backend instanceof BackendWasm)) {
        throw new TypeError("Cannot sum segments: wanted x and segmentIds on the wasm backend");
      }
      const shape = [Number(attrs?.numSegments), ...x.shape.slice(1)];
      const out = backend.makeOutput(shape, "float32");
      const [values, ids, sums] = [x, segmentIds, out].map((tensor) => backend.typedArrayFromHeap(tensor));
      const width = values.length / ids.length;
      sums.fill(0);
      ids.forEach((id, row) => {
        for (let k = 0; k < width; k++) sums[id * width + k] += values[row * width + k];
      });
      return out;
    },
  });
}
