/** The model that a request names, made ready before anybody lists by it. */
import type { Database } from "../../http/env.ts";
import { Problem } from "../../http/problem.ts";
import type { Serving } from "../../live/live.ts";
import { registeredVersions, versionCalled } from "../../live/registered.ts";
import type { Registered } from "../../live/shared_model.ts";
import { toBeLoaded } from "../../recommend/choice.ts";

/**
 * Loads the registered version that `name` means, where it is not open yet; the first request for it waits for that.
 *
 * @throws {Problem} when nothing is registered so, or its artifact is gone or damaged; when PostgreSQL is down, and
 * nothing was registered so before.
 */
export async function haveModel(
  name: string | undefined,
  { snapshot, models, newer }: Serving,
  database: Database,
): Promise<void> {
  const wanted = toBeLoaded(snapshot, models, name);
  if (wanted === null) return;
  const registered = await registeredAs(wanted, newer.base.registered, database);
  if (registered === null) {
    throw unknown(`No model, version or variant of this server is called ${JSON.stringify(wanted)}.`);
  }
  try {
    await models.load(registered);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof Deno.errors.NotFound)) throw error;
    throw unknown(`Version ${registered.version} can no longer be opened: its artifact is gone or damaged.`);
  }
}

/** As PostgreSQL says or, while it is down, as it was `known` when it was last read. */
async function registeredAs(
  name: string,
  known: readonly Registered[],
  database: Database,
): Promise<Registered | null> {
  try {
    return versionCalled(name, await database.use(registeredVersions));
  } catch (error) {
    const found = error instanceof Problem ? versionCalled(name, known) : null;
    if (found === null) throw error;
    return found;
  }
}

const unknown = (detail: string) => new Problem("unknown-model", detail, { next: "GET /models" });
