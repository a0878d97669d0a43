/**
 * TensorFlow's native backend, where `deno task setup:tfjs-node` has put it.
 *
 * It registers itself with the one engine that all copies of TensorFlow.js share. The import is computed, so that
 * nobody needs the package to start; it needs --allow-ffi, and a function that Deno's `node:util` lacks.
 */
import util from "node:util";
import { pathToFileURL } from "node:url";

/** Below MATINEE_HOME. */
export const NATIVE_FOLDER = "tfjs-node";
export const NATIVE_PACKAGE = "@tensorflow/tfjs-node";
const ENTRY = `node_modules/${NATIVE_PACKAGE}/dist/index.js`;

/** Loads the package from `folder`; false when there is none, or when it does not work, which `log` hears. */
export async function loadNative(folder: string, log: (message: string) => void): Promise<boolean> {
  const entry = pathToFileURL(`${folder}/${ENTRY}`);
  if (!await exists(entry)) return false;
  try {
    if (!("isNullOrUndefined" in util)) {
      Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
    }
    await import(entry.href);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    log(`TensorFlow's native library in "${folder}" cannot be loaded, WebAssembly is taken instead: ${why}`);
    return false;
  }
}

async function exists(file: URL): Promise<boolean> {
  try {
    return (await Deno.stat(file)).isFile;
  } catch {
    return false;
  }
}
