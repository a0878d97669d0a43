/** The folders that state lives in, below `MATINEE_HOME`. */
import { join } from "node:path";
import { homePath } from "../../sql/home.ts";

export { CHECKOUT } from "../../sql/home.ts";

export interface Home {
  path: string;
  /** Model artifacts and snapshots. */
  artifacts: string;
  /** What one attempt at a stage leaves behind. */
  scratch: string;
}

/** The home that the environment names; its folders exist when this returns. */
export function openHome(path = homePath()): Home {
  const home = { path, artifacts: join(path, "artifacts"), scratch: join(path, "scratch") };
  for (const folder of Object.values(home)) Deno.mkdirSync(folder, { recursive: true });
  return home;
}
