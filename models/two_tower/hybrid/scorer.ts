/**
 * The hybrid two-tower: content, identity and history in one vector for each side.
 *
 *   e_u = f(x_u) + p_u + Σ_{j ∈ bag(u)} w_uj y_j,   e_m = h(x_m) + q_m,   each split into [e¹ ‖ e²]
 *   retrieval   s(u, m) = ⟨e¹_u, e¹_m⟩,   minimising −Σ_{r ≥ 4} ln softmax(s(u, ·) − ln q)_m over sampled movies
 *   rating      r̂(u, m) = r₀ + c + ⟨e²_u, e²_m⟩,   minimising Σ (r − r̂)²
 *
 * Towers f, h of one hidden layer, in which the two objectives have units of their own, so that neither costs the other
 * anything. Sampled softmax with logQ correction after Yi et al. 2019 ("Sampling-bias-corrected neural modeling"),
 * negatives from the batch and from all movies after Yang et al. 2020; history as a bag after Koren 2008 (SVD++) and
 * Covington et al. 2016. A person who is not in the table has p_u = 0, which training shows the model often; a movie
 * that is not has q_m = 0 and enters no bag. So newcomers need ratings, and no training.
 */
import type { Container } from "../../container.ts";
import { type Embedder, type Explanation, headerOf, type Scorer } from "../../model.ts";
import type { Moment } from "../../ratings.ts";
import { retrieverOf } from "../../retriever.ts";
import { createFeatures, type FeatureShape, featureShape } from "../../features.ts";
import { forward } from "../towers.ts";
import { rowOf } from "../vocabulary.ts";
import { BAG, bagPowers, type BagRule, bagSource, createBags, fillBag } from "./bag.ts";
import { hybridConfig } from "./config.ts";
import { baseOf } from "./inputs.ts";
import { hybridNetwork } from "./network.ts";
import { type HybridWeights, openHybridWeights, type Rows } from "./weights.ts";

/** stars ≈ slope · s + intercept + g: what a product says in stars, for lists that show both. */
export interface Line {
  slope: number;
  intercept: number;
}

export interface Hybrid extends Required<Omit<Scorer, "stages">> {
  readonly shape: FeatureShape;
  readonly weights: HybridWeights;
  readonly line: Line;
}

export interface HybridOptions {
  shape: FeatureShape;
  weights: HybridWeights;
  rule: BagRule;
  line: Line;
}

/** The scorer of `weights`; one at a time: it keeps room for one user and one movie. */
export function createHybrid({ shape, weights, rule, line }: HybridOptions): Hybrid {
  const features = createFeatures(shape);
  const { split } = weights;
  const width = weights.user.layers[1].units;
  const [userTower, movieTower] = [forward(weights.user, "dot"), forward(weights.movie, "dot")];
  const [userX, movieX] = [new Float32Array(features.userWidth), new Float32Array(features.movieWidth)];
  const [e, f] = [new Float64Array(width), new Float64Array(width)];
  const log = new Int32Array(BAG);
  const bags = createBags(BAG);
  const powers = bagPowers(rule);

  /** Adds the person's bag to `out`; `own`: the movie in question, which is not in it. */
  const addBag = (moment: Moment, user: number, own: number, out: Float32Array | Float64Array) => {
    const source = { ...bagSource(moment.histories.of(user), log), own };
    const n = fillBag(source, powers, bags, 0);
    const { ids } = moment.state.catalogue.movies;
    for (let k = 0; k < n; k++) {
      const row = weights.bags.ids.get(ids[bags.movies[k]]);
      if (row === undefined) continue;
      for (let d = 0, at = row * width; d < width; d++, at++) {
        out[d] += (d < split ? bags.retrieval[k] : bags.rating[k]) * weights.bags.values[at];
      }
    }
    return source;
  };
  const userContent = (moment: Moment, user: number) => {
    features.userInputs(moment, user, userX, 0);
    userTower(userX, 0, e, 0);
    add(weights.users, moment.users.ids[user], e);
  };
  const userVector = (moment: Moment, user: number, own: number) => {
    userContent(moment, user);
    return addBag(moment, user, own, e);
  };
  const movieVector = (moment: Moment, movie: number) => {
    features.movieInputs(moment, movie, movieX, 0);
    movieTower(movieX, 0, f, 0);
    add(weights.movies, moment.state.catalogue.movies.ids[movie], f);
  };

  const embedder: Embedder = {
    dimension: split,
    readsHistories: true,
    historyLength: BAG,
    embedUser(moment, user, out, offset) {
      userVector(moment, user, -1);
      out.set(e.subarray(0, split), offset);
    },
    embedMovie(moment, movie, out, offset) {
      movieVector(moment, movie);
      out.set(f.subarray(0, split), offset);
    },
    line: ({ state }) => ({ slope: line.slope, intercept: state.mean + line.intercept }),
  };
  return {
    model: "two_tower",
    shape,
    weights,
    line,
    embedder,
    predict(moment, user, movie) {
      const source = userVector(moment, user, movie);
      movieVector(moment, movie);
      let sum = baseOf(moment.state, movie, source) + weights.offset;
      for (let d = split; d < width; d++) sum += e[d] * f[d];
      return sum;
    },
    frozen: [embedder],
    retriever: (moment, vectorsOf) => retrieverOf(embedder, moment, vectorsOf),
    explain(moment, user, movies): Explanation {
      const n = fillBag(bagSource(moment.histories.of(user), log), powers, bags, 0);
      const because = bags.movies.slice(0, n);
      const contributions = new Float64Array(movies.length * n);
      const { ids } = moment.state.catalogue.movies;
      const rows = Array.from(because, (movie) => weights.bags.ids.get(ids[movie]));
      userContent(moment, user);
      const rest = Float64Array.from(movies, (movie, m) => {
        movieVector(moment, movie);
        rows.forEach((row, k) => {
          if (row === undefined) return;
          let product = 0;
          for (let d = 0, at = row * width; d < split; d++, at++) product += weights.bags.values[at] * f[d];
          contributions[m * n + k] = bags.retrieval[k] * product;
        });
        return e.reduce((sum, value, d) => d < split ? sum + value * f[d] : sum, 0);
      });
      return { because, contributions, rest };
    },
    portable: () => ({
      network: hybridNetwork(weights),
      inputs(moment, user, movie) {
        features.userInputs(moment, user, userX, 0);
        features.movieInputs(moment, movie, movieX, 0);
        const history = new Float32Array(width);
        const source = addBag(moment, user, movie, history);
        return {
          user: userX.slice(),
          user_row: [rowOf(weights.users.ids, moment.users.ids[user])],
          history,
          movie: movieX.slice(),
          movie_row: [rowOf(weights.movies.ids, moment.state.catalogue.movies.ids[movie])],
          base: [baseOf(moment.state, movie, source)],
        };
      },
    }),
  };
}

/** out += the row of `id`, where there is one. */
function add({ ids, values }: Rows, id: number, out: Float64Array): void {
  const row = ids.get(id);
  if (row === undefined) return;
  for (let d = 0, at = row * out.length; d < out.length; d++, at++) out[d] += values[at];
}

/** Opens an artifact of this preset. @throws {SyntaxError} when it is another's, or damaged. */
export function openHybrid(artifact: Container): Hybrid {
  const { config, features, line } = headerOf("two_tower", artifact);
  return createHybrid({
    shape: featureShape.parse(features),
    weights: openHybridWeights(artifact),
    rule: hybridConfig.parse(config),
    line: lineOf(line),
  });
}

function lineOf(line: unknown): Line {
  const { slope, intercept } = (line ?? {}) as Partial<Line>;
  if (typeof slope === "number" && slope > 0 && typeof intercept === "number") return { slope, intercept };
  throw new SyntaxError(
    `Cannot open the artifact as line should have a slope above 0 and an intercept: found ${
      JSON.stringify(line ?? null)
    }`,
  );
}
