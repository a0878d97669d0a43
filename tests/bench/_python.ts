/** A peer's Python: a virtual environment with its packages, made once in the home. */
import { homePath } from "../../sql/home.ts";
import { pythonWith } from "../support/python.ts";

export interface PeerPackages {
  /** Of the environment. */
  name: string;
  /** Pinned. */
  packages: readonly string[];
  /** A variable that may name another interpreter which has them. */
  variable: string;
}

/** The interpreter; null, with the reason, where there is none. */
export async function openPython(
  peer: PeerPackages,
): Promise<{ python: string } | { python: null; why: string }> {
  try {
    const python = await pythonWith({ ...peer, home: homePath() });
    return python === null ? { python, why: "there is no python3 here" } : { python };
  } catch (error) {
    return { python: null, why: error instanceof Error ? error.message : `${error}` };
  }
}
