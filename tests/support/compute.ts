/** Compiled kernels for tests: in one folder, so that each build is compiled once, 3 CPU seconds, and not in every file. */
import type { Compute } from "../../models/model.ts";

export const CACHE = ".matinee/kernels";

/** What models do by themselves, on one thread. */
export const compute: Compute = { cache: CACHE, workers: 1, simd: "relaxed" };
