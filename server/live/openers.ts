/**
 * How to open each model's artifact, loaded when one is to be opened: a server needs the code of what it serves, and
 * none that fits.
 */
import type { Container } from "../../models/container.ts";
import type { Scorer } from "../../models/model.ts";

type Open = (artifact: Container) => Scorer;

/** Computed imports: what is not served is neither fetched nor loaded. */
const load = <Module>(path: string): Promise<Module> => import(`../../models/${path}`);

/** By the model's name in the manifest. */
const OPENERS: Readonly<Record<string, () => Promise<Open>>> = {
  two_tower: async () => {
    const { twoTower } = await load<typeof import("../../models/two_tower/presets.ts")>(
      "two_tower/presets.ts",
    );
    return twoTower.open;
  },
  ranker: async () =>
    (await load<typeof import("../../models/ranker/ranker.ts")>("ranker/ranker.ts")).openRanker,
  cascade: async () =>
    (await load<typeof import("../../models/cascade/cascade.ts")>("cascade/cascade.ts")).openCascade,
  als: async () => (await load<typeof import("../../models/als/als.ts")>("als/als.ts")).openAls,
  fm: async () => (await load<typeof import("../../models/fm/fm.ts")>("fm/fm.ts")).openFm,
  ease: async () => (await load<typeof import("../../models/ease/ease.ts")>("ease/ease.ts")).openEase,
  item_knn: async () =>
    (await load<typeof import("../../models/item_knn/item_knn.ts")>("item_knn/item_knn.ts")).openItemKnn,
  bias: async () => (await load<typeof import("../../models/bias.ts")>("bias.ts")).bias.open,
  popularity: async () =>
    (await load<typeof import("../../models/popularity.ts")>("popularity.ts")).popularity.open,
};

/** The names of models that can be opened. */
export const OPENED: readonly string[] = Object.keys(OPENERS);

/** The scorer in `artifact`. @throws {SyntaxError} when no model is called so here, or the artifact is damaged. */
export async function openScorer(model: string, artifact: Container): Promise<Scorer> {
  if (!Object.hasOwn(OPENERS, model)) {
    throw new SyntaxError(
      `Cannot serve model "${model}" as this checkout does not know it: wanted ${OPENED.join(", ")}`,
    );
  }
  return (await OPENERS[model]())(artifact);
}
