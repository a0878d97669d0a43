/** Keras 3 beside the kernels: its own virtual environment, and what `_keras.py` measures in it. */
import { homePath } from "../../sql/home.ts";
import { pythonWith, run } from "../support/python.ts";

const PACKAGES = {
  name: "keras",
  packages: ["keras==3.15.0", "tensorflow-cpu==2.21.0"],
  variable: "MATINEE_KERAS_PYTHON",
};

export type KerasCase = "content" | "ids" | "lazy" | "ranker";

export interface Trained {
  examplesPerSecond: number;
  /** CPU seconds of a million examples. */
  cpuPerMillion: number;
}

/** The interpreter; null, with the reason, where there is none. */
export async function openKeras(): Promise<{ python: string } | { python: null; why: string }> {
  try {
    const python = await pythonWith({ ...PACKAGES, home: homePath() });
    return python === null ? { python, why: "there is no python3 here" } : { python };
  } catch (error) {
    return { python: null, why: error instanceof Error ? error.message : `${error}` };
  }
}

export async function trainKeras(python: string, name: KerasCase): Promise<Trained> {
  const program = decodeURIComponent(new URL("./_keras.py", import.meta.url).pathname);
  const said = await run(python, [program, name]);
  const { examples, seconds, cpu_seconds } = JSON.parse(said.trim().split("\n").at(-1)!);
  return { examplesPerSecond: examples / seconds, cpuPerMillion: cpu_seconds / examples * 1e6 };
}
