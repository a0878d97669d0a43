/** What the reader may do here, with the key that is entered or without one: GET /access, asked once. */
import { ask } from "./ask.js";

/** @type {Promise<string[]> | undefined} */
let scopes;

/** Whether `scope` (read, write, operate) is the reader's; no, where the server does not say. */
export async function may(scope) {
  scopes ??= ask("/access").then((access) => access.scopes, () => []);
  return (await scopes).includes(scope);
}
