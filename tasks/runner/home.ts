/** The folders that state lives in, below `MATINEE_HOME`. */
import { join } from "node:path";
import { homePath } from "../../sql/home.ts";
import { UsageError } from "./errors.ts";

export { CHECKOUT } from "../../sql/home.ts";

export interface Home {
  path: string;
  /** Model artifacts and snapshots. */
  artifacts: string;
  /** What one attempt at a stage leaves behind. */
  scratch: string;
  /** The lines of each run. */
  logs: string;
}

/** The home that the environment names; its folders exist when this returns. @throws {UsageError} when they cannot. */
export function openHome(path = homePath()): Home {
  const home = {
    path,
    artifacts: join(path, "artifacts"),
    scratch: join(path, "scratch"),
    logs: join(path, "logs"),
  };
  try {
    for (const folder of Object.values(home)) Deno.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const message =
      `Cannot keep state in "${path}". Next: set MATINEE_HOME to a folder that you may write to`;
    throw new UsageError(message, { cause });
  }
  return home;
}
