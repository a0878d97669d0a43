/** Paths as the person meant them: `deno task` runs commands in the checkout, wherever it was called. */
import { isAbsolute, join } from "node:path";

/** `path` from the folder that the person is in; as it is where that is the working folder. */
export function fromCaller<Path extends string | undefined>(path: Path): Path | string {
  const caller = Deno.env.get("INIT_CWD"); // set by deno task
  if (path === undefined || caller === undefined || caller === Deno.cwd() || isAbsolute(path)) return path;
  return join(caller, path);
}
