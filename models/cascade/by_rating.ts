/**
 * The cascade whose ranker is the ranking network (see ../ranker/): candidates in the order of the stars that it predicts.
 *
 * The network stands on the retriever's own towers, so these are fitted once, and one artifact holds both.
 */
import { z } from "zod";
import type { Container } from "../container.ts";
import type { Dataset } from "../dataset.ts";
import type { FitOptions, Fitted, Scorer, VectorsOf } from "../model.ts";
import { ranker } from "../ranker/fit.ts";
import { openRanker } from "../ranker/ranker.ts";
import type { Moment } from "../ratings.ts";
import { topN } from "../top_n.ts";
import { type CascadeConfig, putBelow } from "./cascade.ts";

export async function fitByRating(
  dataset: Dataset,
  config: CascadeConfig,
  options: FitOptions,
): Promise<Fitted> {
  const towers = config.retriever.config;
  const { artifact, ...fitted } = await ranker.fit(dataset, { ...config.ranker.config, towers }, options);
  const { header, arrays } = artifact;
  return {
    ...fitted,
    scorer: createByRating(artifact, config),
    artifact: { header: { model: "cascade", config: z.json().parse(config), ranker: header }, arrays },
  };
}

/** @throws {SyntaxError} when the ranker is missing, or damaged. */
export function openByRating({ header, arrays }: Container, config: CascadeConfig): Scorer {
  const own = z.record(z.string(), z.json()).safeParse(header.ranker);
  if (own.success) return createByRating({ header: own.data, arrays }, config);
  throw new SyntaxError(
    `Cannot open the artifact as ranker should be a ranker's header: found ${typeof header.ranker}`,
  );
}

function createByRating(artifact: Container, { retrieve }: Pick<CascadeConfig, "retrieve">): Scorer {
  const { towers, predict, rate } = openRanker(artifact);
  return {
    model: "cascade",
    predict,
    frozen: towers.frozen,
    retriever(moment: Moment, vectorsOf?: VectorsOf) {
      const find = towers.retriever!(moment, vectorsOf);
      const { ids, size } = moment.state.catalogue.movies;
      const retrieved = new Float32Array(size);
      return (now, user, out) => {
        find(now, user, retrieved);
        const seen = new Set(now.histories.of(user).movies);
        const { movies } = topN(retrieved, { n: retrieve, isSeen: (movie) => seen.has(movie), ids });
        putBelow(out, retrieved, movies, rate(now, user, movies));
      };
    },
    stages: (moment, vectorsOf) => ({
      retrieve: towers.retriever!(moment, vectorsOf),
      candidates: retrieve,
      rank: rate,
    }),
  };
}
