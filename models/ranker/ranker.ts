/**
 * The ranker: stars from what two towers know of a person and a movie, and from what is known of both beside that.
 *
 *   x = [e_user 64 | features of the person | e_movie 64 | features of the movie],   r̂ = network(x)
 *
 * minimising Σ (r − r̂)² by Adam (a ranking network over embeddings as in Covington et al. 2016). The towers are a
 * two-tower's, trained first and then left alone; vectors and features are those of each example's own moment. As it
 * costs a hundred times a dot product, it is for a few hundred candidates: see ../cascade/.
 *
 * RMSE with the defaults, over two seeds: .875 to .900 on last20, 1.021 to 1.028 on time80 frozen (35 to 44 CPU s);
 * floor .95 on last20 with a small network and 2 epochs.
 */
import { z } from "zod";
import type { Container } from "../container.ts";
import { createFeatures, type Features, type FeatureShape, featureShape, type Known } from "../features.ts";
import { headerOf, type Scorer, type Stages, type VectorsOf } from "../model.ts";
import type { Moment } from "../ratings.ts";
import { retrieverOf } from "../retriever.ts";
import { twoTower } from "../two_tower/presets.ts";
import { folded, forwardFolded, type RankerNetwork } from "./network.ts";
import { portableRanker } from "./portable.ts";
import { openNetwork } from "./_weights.ts";

export const rankerConfig = z.strictObject({
  towers: z.record(z.string(), z.unknown()).default({
    preset: "content",
    features: "deviations",
    dimension: 64,
    refit: false,
  })
    .describe(
      "Hyperparameters of the two-tower whose vectors go in; without a refit it learns nothing of what the network is validated on.",
    ),
  content: z.boolean().default(true).describe(
    "Whether content features (`deviations`) go in beside the vectors.",
  ),
  hidden: z.array(z.number().int().min(4).multipleOf(4)).min(1).default([256, 128, 64]).describe(
    "Units of the hidden layers, each with ReLU; all but the last are normalised over the batch.",
  ),
  dropout: z.array(z.number().min(0).lt(1)).default([0.3, 0.2, 0.1]).describe(
    "Share of each hidden layer that a training step silences; 0 where the list ends.",
  ),
  batch_size: z.number().int().min(2).default(2048).describe("Examples per step."),
  epochs: z.number().int().min(1).default(20).describe("Passes over the training examples, at most."),
  max_examples: z.number().int().min(1).default(5_000_000).describe(
    "Examples that all epochs may step over: large data gets fewer epochs, but never less than one.",
  ),
  learning_rate: z.number().positive().default(0.001).describe("Adam's step size to begin with."),
  patience: z.number().int().min(1).default(3).describe(
    "Epochs without a better validation loss until training stops.",
  ),
  plateau_patience: z.number().int().min(1).default(2).describe(
    "Epochs without one until the learning rate falls.",
  ),
  plateau_factor: z.number().gt(0).lt(1).default(0.5).describe(
    "What the learning rate is multiplied by then.",
  ),
  validation_share: z.number().min(0).max(0.5).default(0.1).describe(
    "Share of the examples, the newest, that early stopping looks at.",
  ),
  window: z.number().int().min(1).default(200_000).describe(
    "Examples that are shuffled together; about 1 kB each.",
  ),
}).check(({ value: { towers }, issues }) => {
  for (const { path, message } of twoTower.config.safeParse(towers).error?.issues ?? []) {
    issues.push({ code: "custom", path: ["towers", ...path], message, input: towers });
  }
});

export type RankerConfig = z.infer<typeof rankerConfig>;

/** What goes into the network: vectors of `towers`, then content features where there are any. */
export function rankerFeatures(towers: Scorer, content: FeatureShape | null): Features {
  const { embedder } = towers;
  if (!embedder) throw new TypeError(`Cannot rank by "${towers.model}" as it has no vectors`);
  const { dimension } = embedder;
  const more = content ? createFeatures(content) : null;
  return {
    userWidth: dimension + (more?.userWidth ?? 0),
    movieWidth: dimension + (more?.movieWidth ?? 0),
    readsHistories: true,
    userInputs(known, user, out, offset) {
      embedder.embedUser(momentOf(known), user, out, offset);
      more?.userInputs(known, user, out, offset + dimension);
    },
    movieInputs(known, movie, out, offset) {
      embedder.embedMovie(momentOf(known), movie, out, offset);
      more?.movieInputs(known, movie, out, offset + dimension);
    },
  };
}

function momentOf({ histories, ...known }: Known): Moment {
  if (histories) return { ...known, histories };
  throw new TypeError("Cannot embed without histories: the features say that they read them");
}

/** It costs a hundred times a dot product: as many as a cascade's. */
const USUAL_CANDIDATES = 200;

export interface RankerParts {
  towers: Scorer;
  content: FeatureShape | null;
  network: RankerNetwork;
}

/** The scorer; one at a time: it keeps room for one pair's inputs. */
export function createRanker({ towers, content, network }: RankerParts) {
  const features = rankerFeatures(towers, content);
  const [person, rated] = [new Float32Array(features.userWidth), new Float32Array(features.movieWidth)];
  const layers = folded(network);
  const width = person.length + rated.length;
  if (layers[0].inputs !== width) {
    throw new SyntaxError(
      `Cannot rank as the network should take ${width} inputs: found ${layers[0].inputs}`,
    );
  }
  const forward = forwardFolded(layers);
  /** Stars of each of `movies` (positions); the person's inputs, which may be a whole history, are made once. */
  function rate(moment: Moment, user: number, movies: ArrayLike<number>): Float64Array {
    features.userInputs(moment, user, person, 0);
    const ofPerson = forward(person);
    return Float64Array.from(movies, (movie) => {
      features.movieInputs(moment, movie, rated, 0);
      return ofPerson(rated);
    });
  }
  return {
    model: "ranker",
    towers,
    rate,
    predict: (moment: Moment, user: number, movie: number) => rate(moment, user, [movie])[0],
    frozen: [towers.embedder!],
    stages: (moment: Moment, vectorsOf?: VectorsOf): Stages => ({
      retrieve: retrieverOf(towers.embedder!, moment, vectorsOf),
      candidates: USUAL_CANDIDATES,
      rank: rate,
    }),
    portable: () => ({
      network: portableRanker(network, { user: features.userWidth, movie: features.movieWidth }),
      inputs(moment, user, movie) {
        const rows = {
          user: new Float32Array(features.userWidth),
          movie: new Float32Array(features.movieWidth),
        };
        features.userInputs(moment, user, rows.user, 0);
        features.movieInputs(moment, movie, rows.movie, 0);
        return rows;
      },
    }),
  } satisfies Scorer & { towers: Scorer; rate: Stages["rank"] };
}

/** Opens an artifact of this model. @throws {SyntaxError} when it is another's, or damaged. */
export function openRanker(artifact: Container) {
  const header = z.object({ content: featureShape.nullable(), towers: z.record(z.string(), z.json()) })
    .safeParse(headerOf("ranker", artifact));
  if (!header.success) {
    throw new SyntaxError("Cannot open the artifact as content and towers should describe its inputs");
  }
  const own = Object.entries(artifact.arrays).filter(([name]) => name.startsWith(TOWERS));
  const arrays = Object.fromEntries(own.map(([name, array]) => [name.slice(TOWERS.length), array]));
  return createRanker({
    towers: twoTower.open({ header: header.data.towers, arrays }),
    content: header.data.content,
    network: openNetwork(artifact),
  });
}

/** Arrays of the towers begin so. */
export const TOWERS = "towers/";
