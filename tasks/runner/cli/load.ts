/** The pipeline that a command works by: the manifest's text, checked against the tasks that exist. */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve } from "node:path";
import { locateSource } from "../manifest/_source_schema.ts";
import { ManifestErrors, UsageError } from "../errors.ts";
import type { Pipeline } from "../run/execute.ts";
import { CHECKOUT } from "../home.ts";
import { type Manifest, parseManifest } from "../manifest/manifest.ts";
import { formatManifestErrors } from "../manifest/manifest_error.ts";
import { loadTasks } from "../registry.ts";

/**
 * Reads the file `given` (default: the checkout's `pipeline.yaml`) and the modules under `tasks/`.
 *
 * @throws {UsageError} when there is no such file.
 * @throws {ManifestErrors} with every error in it.
 */
export async function loadPipeline(given?: string): Promise<Pipeline> {
  const path = given ?? join(CHECKOUT, "pipeline.yaml");
  const text = await readManifest(path);
  const tasks = await loadTasks();
  const file = relative(Deno.cwd(), resolve(path)) || path;
  const next = `deno task plan${given === undefined ? "" : ` --manifest ${shellWord(given)}`}`;
  const parse = (day?: string): Manifest => {
    const { manifest, errors } = parseManifest(text, {
      file,
      tasks,
      next,
      env: (name) => Deno.env.get(name),
      day,
    });
    if (errors !== undefined) throw new ManifestErrors(formatManifestErrors(errors, text));
    return { ...manifest, source: locateSource(manifest.source, dirname(resolve(path))) };
  };
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return { manifest: parse(), manifestOn: parse, text, tasks, hash };
}

/** `text` as one word of a command. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

async function readManifest(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new UsageError(`Cannot read the manifest "${path}". Next: deno task daily --manifest FILE`, {
      cause,
    });
  }
}
