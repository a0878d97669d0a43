/** Small models that nobody has trained: real artifacts with seeded weights, made at once and without a kernel. */
import { type AlsConfig, alsConfig, packAls } from "../../models/als/als.ts";
import { featureNames } from "../../models/cascade/candidate_features.ts";
import { cascadeConfig, packCascade } from "../../models/cascade/cascade.ts";
import { packMembers } from "../../models/cascade/members.ts";
import type { Catalogue } from "../../models/catalogue.ts";
import { type Container, decode, encode } from "../../models/container.ts";
import { FAMILY } from "../../models/family.ts";
import { createFeatures, type FeatureShape, fitYears } from "../../models/features.ts";
import type { Moment } from "../../models/ratings.ts";
import { createRng } from "../../models/rng.ts";
import type { Champion } from "../../models/snapshot/snapshot.ts";
import { packWeights } from "../../models/two_tower/_weights.ts";
import { asTheyAre, initialTower } from "../../models/two_tower/towers.ts";

/** Two have vectors (als reads histories, two_tower sums); cascade, of which both are members, and popularity have none. */
export type UntrainedModel = "two_tower" | "als" | "cascade" | "popularity";

export interface UntrainedOptions {
  dimension: number;
  seed: number;
}

/** The champion that `model` is at `moment`: its artifact, and the vectors that it embeds everybody by. */
export function untrainedChampion(
  model: UntrainedModel,
  moment: Moment,
  options: UntrainedOptions,
): Champion {
  const artifact = encode(ARTIFACTS[model](moment.state.catalogue, options));
  const { embedder } = FAMILY[model].open(decode(artifact));
  const version = `test-${options.seed}`;
  const { mean } = moment.state;
  if (embedder === undefined) {
    const none = { dimension: 0, movieEmbeddings: null, userEmbeddings: null };
    return { version, model, ...none, slope: 1, intercept: 0, mean, artifact };
  }
  const { dimension } = embedder;
  const { movies } = moment.state.catalogue;
  const movieEmbeddings = new Float32Array(movies.size * dimension);
  const userEmbeddings = new Float32Array(moment.users.size * dimension);
  for (let m = 0; m < movies.size; m++) embedder.embedMovie(moment, m, movieEmbeddings, m * dimension);
  for (let u = 0; u < moment.users.size; u++) embedder.embedUser(moment, u, userEmbeddings, u * dimension);
  const line = embedder.line(moment);
  return { version, model, dimension, movieEmbeddings, userEmbeddings, ...line, mean, artifact };
}

const ARTIFACTS: Record<UntrainedModel, (catalogue: Catalogue, options: UntrainedOptions) => Container> = {
  two_tower: towersArtifact,
  als: alsArtifact,
  cascade: cascadeArtifact,
  popularity: () => ({
    header: { model: "popularity", config: { window_days: null, half_life_days: null } },
    arrays: {},
  }),
};

/** Preset `content`, unit vectors over deviations. */
function towersArtifact(catalogue: Catalogue, { dimension, seed }: UntrainedOptions): Container {
  const features: FeatureShape = {
    preset: "deviations",
    n_genres: catalogue.nGenres,
    ...fitYears(catalogue),
  };
  const { userWidth, movieWidth } = createFeatures(features);
  const rng = createRng(seed);
  const tower = (width: number) => {
    const { layers, ...rest } = initialTower(asTheyAre(width), { units: [8, dimension] }, rng);
    // Without a bias, whoever has rated nothing unusual would have no direction.
    const biases = (units: number) => Float32Array.from({ length: units }, () => rng.uniform() - 0.5);
    return { ...rest, layers: layers.map((layer) => ({ ...layer, bias: biases(layer.units) })) };
  };
  const weights = { user: tower(userWidth), movie: tower(movieWidth), head: "line" as const };
  return packWeights({ model: "two_tower", config: { preset: "content" }, features }, {
    ...weights,
    logScale: Math.log(1.5),
    offset: 0,
  });
}

/** Implicit: a person's vector is folded in from whatever they have rated. */
function alsArtifact({ movies }: Catalogue, { dimension: d, seed }: UntrainedOptions): Container {
  const config: AlsConfig = alsConfig.parse({ dimension: d });
  const rng = createRng(seed);
  const vectors = Float32Array.from({ length: movies.size * d }, () => rng.uniform() - 0.5);
  const gram = new Float32Array(d * d);
  for (let at = 0; at < vectors.length; at += d) {
    for (let i = 0; i < d * d; i++) {
      gram[i] += config.unobserved_weight * vectors[at + Math.floor(i / d)] * vectors[at + i % d];
    }
  }
  const newcomer = Float32Array.from({ length: d }, () => rng.uniform() - 0.5);
  const movieIds = movies.ids.slice();
  return packAls(config, { movieIds, vectors, gram, newcomer, line: { slope: 1.5, intercept: 3 } });
}

/** By choice: als retrieves, the towers advise. */
function cascadeArtifact(catalogue: Catalogue, options: UntrainedOptions): Container {
  const members = ["als", "two_tower"] as const;
  const config = cascadeConfig.parse({
    retriever: { model: members[0], config: { dimension: options.dimension } },
    advisers: [{ model: members[1], config: { preset: "content" } }],
    retrieve: 20,
  });
  const rng = createRng(options.seed);
  const column = () => Float64Array.from(featureNames(members), () => rng.uniform() + 0.5);
  const logit = { mean: column(), scale: column(), weights: column() };
  return packCascade(
    config,
    packMembers(members.map((model) => ARTIFACTS[model](catalogue, options))),
    logit,
  );
}
