/** Where state lives: `MATINEE_HOME`, by default `.matinee/` in the checkout. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that this module stands in. */
export const CHECKOUT = fileURLToPath(new URL("../", import.meta.url));

/** The absolute path of the home that the environment names. It need not exist. */
export function homePath(fromEnv = Deno.env.get("MATINEE_HOME")): string {
  return fromEnv ? resolve(fromEnv) : join(CHECKOUT, ".matinee");
}
