/** Candidates by a model: its best by retrieval, put in order by its ranker where it has one. */
import { explainScores } from "./explain.ts";
import type { LoadedModel } from "../live/loaded_model.ts";
import type { Person } from "./person.ts";
import type { ListedMovie, Path } from "./request.ts";
import { type Left, markedIn, type Source } from "./source.ts";

export interface ModelSourceOptions {
  person: Person;
  path: Path;
  nMovies: number;
  /** Candidates that a ranker gets. */
  retrieve: number;
}

const NOTHING: ReadonlyMap<number, number> = new Map();

export function modelSource(model: LoadedModel, options: ModelSourceOptions): Source {
  const { person, path, nMovies, retrieve } = options;
  const { slope, intercept } = model.line ?? { slope: 1, intercept: 0 };
  const stars = (score: number) => slope * score + intercept;
  const { rank } = model;
  // Published vectors are of the snapshot, and of nothing that came since.
  const whom = model.scorer ? person : { ...person, later: NOTHING };
  const isRanked = rank !== null && model.scorer?.stages !== undefined;
  const best = (most: number, left: Left): ListedMovie[] => {
    const { rows, scores } = model.top(whom, {
      k: most,
      rated: left.rated,
      rows: left.others,
      masked: left.keptOut ?? undefined,
    });
    return Array.from(rows, (movie, i) => ({
      movie,
      retrievalScore: scores[i],
      rankingScore: stars(scores[i]),
    }));
  };
  return {
    version: model.version,
    source: model.model,
    path,
    vectors: model.vectors,
    scores: () => model.scores(whom),
    stars,
    explain: model.scorer && ((movies) => explainScores(model, person, movies)),
    candidates(most, left) {
      if (!isRanked) return best(most, left);
      // What a ranker reorders must all be fit to be listed.
      const keptOut = markedIn(left, nMovies);
      const found = best(Math.max(most, retrieve), { ...left, keptOut });
      const ranks = rank(person, Int32Array.from(found, ({ movie }) => movie));
      return found.map((item, i) => ({ ...item, rankingScore: ranks[i] }))
        .sort((a, b) => b.rankingScore - a.rankingScore || a.movie - b.movie);
    },
  };
}
