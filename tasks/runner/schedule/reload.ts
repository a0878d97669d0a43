/** The pipeline of now: read again when its file changes, and the last good one for as long as the new one is broken. */
import { join } from "node:path";
import { ManifestErrors, UsageError } from "../errors.ts";
import type { Pipeline } from "../run/execute.ts";
import { CHECKOUT } from "../home.ts";
import { loadPipeline } from "../cli/load.ts";

/** Returns the pipeline in force; what changed, or is wrong with the change, it says once. */
export function createReloader(
  first: Pipeline,
  { path = join(CHECKOUT, "pipeline.yaml"), say }: { path?: string; say: (line: string) => void },
): () => Promise<Pipeline> {
  let inForce = first;
  /** What was last tried, or why it could not be read. */
  let seen = first.text;
  return async () => {
    const found = await Deno.readTextFile(path).catch((error: Error) => error);
    const text = found instanceof Error ? found.message : found;
    if (text === seen) return inForce;
    seen = text;
    try {
      inForce = await loadPipeline(path);
      seen = inForce.text;
      say(`The manifest has changed: ${inForce.hash} is in force from now on.`);
    } catch (error) {
      if (!(error instanceof ManifestErrors || error instanceof UsageError)) throw error;
      say(
        `${error.message}\nThe manifest as it was before (${inForce.hash}) stays in force until this is mended.`,
      );
    }
    return inForce;
  };
}
