/** An untrained two-tower as champion: it costs what a trained one costs, and takes no minutes to make. */
import { packWeights } from "../../models/two_tower/_weights.ts";
import { encode } from "../../models/container.ts";
import { createFeatures } from "../../models/features.ts";
import { createRng } from "../../models/rng.ts";
import { initialTower } from "../../models/two_tower/towers.ts";
import { contentConfig } from "../../models/two_tower/content.ts";
import type { Pool } from "../../sql/db.ts";
import { storeArtifact } from "../../tasks/_artifacts.ts";

export interface ChampionOptions {
  artifacts: string;
  /** The run that it comes from. */
  runId: number;
}

/** Registers the champion, trained through batch 0 as it were; returns its version. */
export async function plantChampion(pool: Pool, { artifacts, runId }: ChampionOptions): Promise<string> {
  const { length: nGenres } = await pool.rows("lake/genres");
  const shape = { preset: "deviations" as const, n_genres: nGenres, year_mean: 1990, year_deviation: 20 };
  const { userWidth, movieWidth } = createFeatures(shape);
  const { hidden, dimension, ...config } = contentConfig.parse({ preset: "content", features: "deviations" });
  const rng = createRng(1);
  const tower = (width: number) => {
    const moments = { mean: new Float32Array(width), scale: new Float32Array(width).fill(1) };
    return initialTower(moments, { units: [...hidden, dimension] }, rng);
  };
  const weights = {
    user: tower(userWidth),
    movie: tower(movieWidth),
    head: "line" as const,
    logScale: 0,
    offset: 0,
  };
  const header = { model: "two_tower", config: { ...config, hidden, dimension }, features: shape };
  const { path } = await storeArtifact(artifacts, "models", encode(packWeights(header, weights)));
  const version = path.slice("models/".length, -".bin".length);
  const stars = { edges: [2, 3, 4], counts: [1, 2, 3, 2] };
  const details = JSON.stringify({ ...header, seed: 1, holdout_days: 7, profile: { rating: stars } });
  await pool.execute("registry/insert_version", [
    ...[version, "two_tower", "warm", null, runId, 0, 1, details, "{}", path, 1],
  ]);
  await pool.execute("registry/decide_version", [version, "champion", '{"rmse": 1}']);
  return version;
}
