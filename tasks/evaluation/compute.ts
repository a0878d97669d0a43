/** Where numbers are crunched: every core, with kernels that are compiled once and kept where training keeps them. */
import { join } from "node:path";
import { homePath } from "../../sql/home.ts";
import { NATIVE_FOLDER } from "../../models/engines/_tfjs_native.ts";
import type { Compute } from "../../models/model.ts";

export function compute(): Compute {
  return {
    cache: join(homePath(), "artifacts", "kernels"),
    workers: navigator.hardwareConcurrency,
    simd: "relaxed",
    native: join(homePath(), NATIVE_FOLDER),
  };
}
