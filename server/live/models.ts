/** The models that one snapshot is served with: its champion, what is loaded beside it, and others that are asked for. */
import type { LoadedModel } from "./loaded_model.ts";
import type { Moments } from "./moments.ts";
import type { Registered } from "./shared_model.ts";

export interface Models {
  /** Null: popularity is all there is. */
  readonly champion: LoadedModel | null;
  /** People as of the snapshot's own mean. */
  readonly moments: Moments;
  /** By version, or by name of a model: the champion first, then in the order of loading. Null: load() it. */
  find(name: string): LoadedModel | null;
  /**
   * Loads a registered version, which takes up to seconds, in which others are served. Few are kept: the one that was
   * asked for longest ago makes room.
   *
   * @throws {Deno.errors.NotFound} when the artifact is gone.
   * @throws {SyntaxError} when it is damaged.
   */
  load(registered: Registered): Promise<LoadedModel>;
}

/** Versions that are kept beside those that the snapshot names. */
const MOST_ON_CALL = 3;

export interface ModelsOptions {
  champion: LoadedModel | null;
  /** What the snapshot's settings name. */
  beside: readonly LoadedModel[];
  moments: Moments;
  load: (registered: Registered) => Promise<LoadedModel>;
}

export function createModels({ champion, beside, moments, load }: ModelsOptions): Models {
  const fixed = [...(champion ? [champion] : []), ...beside];
  // In the order of use.
  const onCall = new Map<string, LoadedModel>();
  const underWay = new Map<string, Promise<LoadedModel>>();
  const find = (name: string): LoadedModel | null => {
    const all = [...fixed, ...onCall.values()];
    const found = all.find(({ version }) => version === name) ?? all.find(({ model }) => model === name);
    if (found && onCall.delete(found.version)) onCall.set(found.version, found);
    return found ?? null;
  };
  const loadNow = async (registered: Registered): Promise<LoadedModel> => {
    const loaded = await load(registered);
    onCall.set(loaded.version, loaded);
    for (const oldest of onCall.keys()) {
      if (onCall.size <= MOST_ON_CALL) break;
      onCall.delete(oldest);
    }
    return loaded;
  };
  return {
    champion,
    moments,
    find,
    async load(registered) {
      const { version } = registered;
      const found = find(version);
      if (found?.version === version) return found;
      const known = underWay.get(version);
      if (known) return await known;
      const loading = loadNow(registered).finally(() => underWay.delete(version));
      underWay.set(version, loading);
      return await loading;
    },
  };
}
