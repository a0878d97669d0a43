/** Where state lives: `MATINEE_HOME`, by default `.matinee/` in the checkout. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface Home {
  path: string;
  /** Model artifacts and snapshots. */
  artifacts: string;
  /** What one attempt at a stage leaves behind. */
  scratch: string;
}

/** The checkout that this module stands in. */
export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

/** The home that the environment names; its folders exist when this returns. */
export function openHome(fromEnv = Deno.env.get("MATINEE_HOME")): Home {
  const path = fromEnv ? resolve(fromEnv) : join(CHECKOUT, ".matinee");
  const home = { path, artifacts: join(path, "artifacts"), scratch: join(path, "scratch") };
  for (const folder of Object.values(home)) Deno.mkdirSync(folder, { recursive: true });
  return home;
}
