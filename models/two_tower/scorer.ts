/** What every preset of two towers scores with: features of the moment, through the towers, through the head. */
import type { Features } from "../features.ts";
import type { Embedder, Scorer } from "../model.ts";
import { retrieverOf } from "../retriever.ts";
import { HALF_WIDTH, MIDDLE } from "./heads.ts";
import { towerInputs, towersNetwork } from "./network.ts";
import { forward, type Weights } from "./towers.ts";

/** stars = slope · logit + intercept: what a head that says whether somebody likes a movie means in stars. */
export interface Calibration {
  slope: number;
  intercept: number;
}

export interface Towers extends Required<Omit<Scorer, "explain" | "stages">> {
  readonly features: Features;
  readonly weights: Weights;
}

export interface TowersOptions {
  features: Features;
  weights: Weights;
  /** Of a logistic head. */
  calibration?: Calibration;
}

/** The scorer of `weights`; one at a time: it keeps room for one user's and one movie's inputs. */
export function createTowers({ features, weights, calibration }: TowersOptions): Towers {
  const [userTower, movieTower] = [forward(weights.user, weights.head), forward(weights.movie, weights.head)];
  const userInputs = new Float32Array(features.userWidth);
  const movieInputs = new Float32Array(features.movieWidth);
  const dimension = weights.user.layers[weights.user.layers.length - 1].units;
  const pair = new Float32Array(2 * dimension);
  const embedder: Embedder = {
    dimension,
    embedUser(moment, user, out, offset) {
      features.userInputs(moment, user, userInputs, 0);
      userTower(userInputs, 0, out, offset);
    },
    embedMovie(moment, movie, out, offset) {
      features.movieInputs(moment, movie, movieInputs, 0);
      movieTower(movieInputs, 0, out, offset);
    },
    line: ({ state }) => lineOf(weights, state.mean, calibration),
  };
  return {
    model: "two_tower",
    features,
    weights,
    embedder,
    predict(moment, user, movie) {
      embedder.embedUser(moment, user, pair, 0);
      embedder.embedMovie(moment, movie, pair, dimension);
      let dot = 0;
      for (let k = 0; k < dimension; k++) dot += pair[k] * pair[dimension + k];
      const { slope, intercept } = embedder.line(moment);
      return slope * dot + intercept;
    },
    frozen: [embedder],
    retriever: (moment, vectorsOf) => retrieverOf(embedder, moment, vectorsOf),
    portable: () => ({
      network: towersNetwork(weights, calibration),
      inputs(moment, user, movie) {
        features.userInputs(moment, user, userInputs, 0);
        features.movieInputs(moment, movie, movieInputs, 0);
        return {
          ...towerInputs("user", weights.user, userInputs),
          ...towerInputs("movie", weights.movie, movieInputs),
          ...(weights.head === "line" ? { mean: [moment.state.mean] } : {}),
        };
      },
    }),
  };
}

/** From dot products to stars, for each head. */
function lineOf(
  { head, logScale, offset }: Weights,
  mean: number,
  { slope, intercept }: Calibration = { slope: 1, intercept: 0 },
): { slope: number; intercept: number } {
  switch (head) {
    case "dot":
      return { slope: 1, intercept: 0 };
    case "cosine":
      return { slope: HALF_WIDTH, intercept: MIDDLE };
    case "line":
      return { slope: Math.exp(logScale), intercept: mean + offset };
    case "logistic":
      return { slope: slope * Math.exp(logScale), intercept: slope * offset + intercept };
  }
}
