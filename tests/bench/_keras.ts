/** Keras 3 beside the kernels: its own virtual environment, and what `_keras.py` measures in it. */
import { run } from "../support/python.ts";
import { openPython } from "./_python.ts";

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
export const openKeras = () => openPython(PACKAGES);

export async function trainKeras(python: string, name: KerasCase): Promise<Trained> {
  const program = decodeURIComponent(new URL("./_keras.py", import.meta.url).pathname);
  const said = await run(python, [program, name]);
  const { examples, seconds, cpu_seconds } = JSON.parse(said.trim().split("\n").at(-1)!);
  return { examplesPerSecond: examples / seconds, cpuPerMillion: cpu_seconds / examples * 1e6 };
}
