/** Fits a cascade: members on what came before, the ranker on what people liked then, members on everything. */
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import { momentAfter } from "../evaluation/frozen.ts";
import { defineModel, type FitOptions, type Fitted, type Scorer } from "../model.ts";
import { hash32 } from "../rng.ts";
import { fitByRating } from "./by_rating.ts";
import { featureNames } from "./candidate_features.ts";
import {
  type CascadeConfig,
  cascadeConfig,
  createCascade,
  createFinder,
  type Logit,
  openCascade,
  packCascade,
} from "./cascade.ts";
import { fitLogit, type List } from "./conditional_logit.ts";
import { fitMembers, packMembers } from "./members.ts";
import { type Parted, partNewest } from "./newest.ts";

/** People below whom nothing can be said of what a ranker should believe. */
const FEWEST_PEOPLE = 5;

export const cascade = defineModel({
  config: cascadeConfig,
  space: {
    retrieve: { low: 50, high: 500, scale: "log", isWhole: true },
    newest_share: { low: 0.1, high: 0.4 },
    l2: { low: 1e-5, high: 1e-1, scale: "log" },
  },
  fit,
  open: openCascade,
});

async function fit(dataset: Dataset, config: CascadeConfig, options: FitOptions): Promise<Fitted> {
  if (config.ranker.by === "rating") return await fitByRating(dataset, config, options);
  const all = [config.retriever, ...config.advisers];
  const names = featureNames(all.map(({ model }) => model));
  const parted = await partNewest(dataset, { share: config.newest_share, signal: options.signal });
  const before = await fitMembers(parted.before, all, options);
  const lists = await listsOf(parted, before.map(({ scorer }) => scorer), { config, options });
  if (lists.length < FEWEST_PEOPLE) {
    throw new RangeError(
      `Cannot train "cascade" as at least ${FEWEST_PEOPLE} people are needed who liked a movie that is retrieved ` +
        `for them: found ${lists.length}`,
    );
  }
  const logit = await fitRanker(lists, { width: names.length, l2: config.l2, signal: options.signal });
  const members = await fitMembers(dataset, all, options);
  const scorer = createCascade({
    members: members.map((member) => member.scorer),
    logit,
    retrieve: config.retrieve,
  });
  const weights = names.map((name, i) => `${name} ${logit.weights[i].toFixed(2)}`);
  options.log(`the ranker weighs ${weights.join(", ")}`);
  return {
    scorer,
    artifact: packCascade(config, packMembers(members.map(({ artifact }) => artifact)), logit),
    report: { examples: Number(members[0].report.examples), people: lists.length },
    end: members[0].end,
  };
}

/** What members fitted on the past offer people, and what of it they then liked. */
async function listsOf(
  { before, liked }: Parted,
  members: readonly Scorer[],
  { config, options: { seed, signal } }: { config: CascadeConfig; options: FitOptions },
): Promise<List[]> {
  const moment = await momentAfter(before, signal);
  const find = createFinder(members, moment, config);
  const { ids } = before.users;
  // By a hash of their ids, so that who is asked does not depend on their order.
  const drawn = [...liked.keys()].map((user) => ({ user, draw: hash32(seed, ids[user]) }))
    .sort((a, b) => a.draw - b.draw || ids[a.user] - ids[b.user]);
  const lists: List[] = [];
  for (const { user } of drawn) {
    if (lists.length === config.people) break;
    const { movies, rows } = find(moment, user);
    const hits = Array.from(movies.keys()).filter((m) => liked.get(user)!.has(movies[m]));
    if (hits.length > 0) lists.push({ features: rows, liked: hits });
    await breathe(signal);
  }
  return lists;
}

/** Standardises the features over all candidates, and fits their weights. */
async function fitRanker(
  lists: readonly List[],
  options: { width: number; l2: number; signal: AbortSignal },
): Promise<Logit> {
  const { width } = options;
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  let n = 0;
  for (const { features } of lists) {
    for (let at = 0; at < features.length; at += width, n++) {
      for (let i = 0; i < width; i++) {
        sums[i] += features[at + i];
        squares[i] += features[at + i] ** 2;
      }
    }
  }
  const mean = sums.map((sum) => sum / n);
  const scale = squares.map((square, i) => 1 / (Math.sqrt(Math.max(0, square / n - mean[i] ** 2)) || 1));
  const standardised = lists.map(({ features, liked }) => ({
    liked,
    features: features.map((value, at) => (value - mean[at % width]) * scale[at % width]),
  }));
  return { mean, scale, weights: await fitLogit(standardised, options) };
}
