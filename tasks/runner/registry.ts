/** Finds the tasks: every module right under `tasks/`, named by its file. */
import type { Task, Tasks } from "./task.ts";

const FOLDER = new URL("../", import.meta.url);

/**
 * Loads every task. Files that begin with `_` are machinery and no tasks.
 *
 * @throws {TypeError} when a module's default export is no task.
 */
export async function loadTasks(folder: URL = FOLDER): Promise<Tasks> {
  const files = [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) => isFile && /^[a-z][a-z0-9_]*\.ts$/.test(name))
    .map(({ name }) => name)
    .sort();
  const loaded = files.map(async (
    file,
  ) => [file.slice(0, -".ts".length), await loadTask(new URL(file, folder))]);
  return Object.fromEntries(await Promise.all(loaded));
}

async function loadTask(url: URL): Promise<Task<unknown>> {
  const module: { default?: unknown } = await import(url.href);
  const found = module.default;
  if (isTask(found)) return found;
  throw new TypeError(
    `Cannot load task "${url.pathname}" as its default export is no task: wanted task({ params, reads, writes, run })`,
  );
}

function isTask(found: unknown): found is Task<unknown> {
  return typeof found === "object" && found !== null && "params" in found && "run" in found &&
    typeof found.run === "function" && "reads" in found && Array.isArray(found.reads) &&
    "writes" in found && Array.isArray(found.writes);
}
