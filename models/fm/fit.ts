/** Fits the factorization machine, by either method, and keeps what predictions need. */
import { adam } from "./adam.ts";
import { movieRelation, traitsOf, type TraitValues, userRelation } from "./blocks.ts";
import type { Catalogue } from "../catalogue.ts";
import type { Dataset } from "../dataset.ts";
import { createDraws } from "./draws.ts";
import { createFm, type FmConfig, fmConfig, type Machine, openFm, packMachine } from "./fm.ts";
import { type Chain, type Design, gibbs, startChain } from "./gibbs.ts";
import type { KnownIds } from "../id_index.ts";
import { defineModel, type FitOptions, type Fitted } from "../model.ts";
import type { People } from "../people.ts";
import { createPosterior, keepDraw, type Source } from "./posterior.ts";
import { createRng } from "../rng.ts";
import { readTriples, type Triples } from "./triples.ts";

/** Draws by Gibbs have nothing to be tuned of these. */
const OF_SGD = { only: { method: "sgd" } };

export const fm = defineModel({
  config: fmConfig,
  space: {
    rank: { low: 4, high: 32, scale: "log", isWhole: true },
    implicit: { values: [true, false] },
    flipped: { values: [true, false] },
    side: { values: [true, false] },
    epochs: { low: 10, high: 80, scale: "log", isWhole: true, ...OF_SGD },
    learning_rate: { low: 5e-3, high: 0.1, scale: "log", ...OF_SGD },
    regularization: { low: 2, high: 200, scale: "log", ...OF_SGD },
  },
  fit,
  open: openFm,
});

async function fit(dataset: Dataset, config: FmConfig, options: FitOptions): Promise<Fitted> {
  const { triples, end } = await readTriples(dataset, options.signal);
  if (triples.stars.length === 0) {
    throw new RangeError(`Cannot train "fm" as at least 1 rating is needed: found 0`);
  }
  const { machine, chain } = await fitMachine({ triples, ...dataset }, config, options);
  return {
    scorer: createFm(machine),
    artifact: packMachine(machine, config),
    report: { examples: triples.stars.length, train_rmse: rmseOf(chain), noise: 1 / Math.sqrt(chain.alpha) },
    end,
  };
}

/** What a machine is fitted on. */
export interface FmData {
  triples: Triples;
  catalogue: Catalogue;
  users: KnownIds;
  people?: People;
}

/** The design of `data`: relation 0 the users (one more: a newcomer), relation 1 the movies of the catalogue. */
function designOf(data: FmData, config: FmConfig): Fitting {
  const { triples, catalogue } = data;
  const nUsers = triples.users[triples.users.length - 1] + 1;
  const traits = config.demographics ? traitsOf(data.users, data.people) : [];
  const features = { implicit: config.implicit, flipped: config.flipped, side: config.side };
  const user = userRelation(triples, { nUsers, nMovies: catalogue.movies.size, features, traits });
  const movie = movieRelation(triples, { nUsers, catalogue, features });
  const kept = Int32Array.from(movie.counts.keys()).filter((row) => movie.counts[row] > 0);
  return {
    design: { stars: triples.stars, relations: [user, movie] },
    traits,
    source: {
      user,
      movie,
      kept,
      ratedGroup: config.implicit ? 1 : -1,
      traitStart: user.groupStarts[config.implicit ? 2 : 1],
      partStart: movie.groupStarts[config.flipped ? 2 : 1],
    },
  };
}

export interface Fitting {
  design: Design;
  traits: readonly TraitValues[];
  source: Source;
}

const burnInOf = ({ burn_in, iterations }: FmConfig) => Math.min(burn_in, iterations - 1);

/** Draws that a machine keeps; of one alone, scores are dot products. */
function drawsOf(config: FmConfig): number {
  return config.method === "gibbs" ? Math.min(config.draws, config.iterations - burnInOf(config)) : 1;
}

/** Fits on `data`. */
async function fitMachine(
  data: FmData,
  config: FmConfig,
  options: FitOptions,
): Promise<{ machine: Machine; chain: Chain }> {
  const fitting = designOf(data, config);
  const { design, source, traits } = fitting;
  const isGibbs = config.method === "gibbs";
  const burnIn = burnInOf(config);
  const posterior = createPosterior({
    rank: config.rank,
    draws: drawsOf(config),
    nMovies: source.kept.length,
    nMovieParts: 1 + source.movie.nColumns - source.partStart,
    nTraits: traits.reduce((sum, { values }) => sum + values.length, 0),
    implicit: config.implicit,
  });
  const visit = (chain: Chain, iteration: number) => {
    options.progress(iteration * design.stars.length, config.iterations * design.stars.length);
    if (iteration <= burnIn) return;
    const [before, now] = [iteration - 1, iteration].map((i) =>
      Math.floor((i - burnIn) * posterior.draws / (config.iterations - burnIn))
    );
    if (now > before) keepDraw(posterior, chain, { source, d: before });
  };
  const chain = isGibbs
    ? await gibbs(design, { ...config, seed: options.seed, signal: options.signal, visit })
    : await descend(design, config, options);
  if (!isGibbs) keepDraw(posterior, chain, { source, d: 0 });
  const movieIds = Int32Array.from(source.kept, (row) => data.catalogue.movies.ids[row]);
  const machine = {
    posterior,
    movieIds,
    nGenres: data.catalogue.nGenres,
    traits: traits.map(({ name, values }) => ({ name, values })),
  };
  return { machine, chain };
}

async function descend(design: Design, config: FmConfig, options: FitOptions): Promise<Chain> {
  const rng = createRng(options.seed);
  const chain = startChain(design, config.rank, createDraws(rng).normal);
  const n = design.stars.length;
  await adam(design, chain, {
    epochs: config.epochs,
    stepsPerEpoch: config.steps_per_epoch,
    learningRate: config.learning_rate,
    regularization: config.regularization,
    rng,
    signal: options.signal,
    progress: (epoch) => options.progress(epoch * n, config.epochs * n),
  });
  // In ½Σe² + ½λΣθ² the noise has precision 1, and every prior N(0, 1/λ).
  for (const { lambda, mu } of chain.parameters) {
    lambda.fill(config.regularization);
    mu.fill(0);
  }
  return chain;
}

function rmseOf({ errors }: Chain): number {
  return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
}
