/** Where numbers are crunched: every core, with kernels that are compiled once and kept in Matinee's home. */
import { join } from "node:path";
import { homePath } from "../../sql/home.ts";
import type { Compute } from "../../models/model.ts";

export function compute(): Compute {
  return { cache: join(homePath(), "kernels"), workers: navigator.hardwareConcurrency, simd: "relaxed" };
}
