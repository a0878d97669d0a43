/** Inputs of preset `demographic`: rows of its tables, and what is known of a movie in numbers. */
import { z } from "zod";
import type { Container } from "../container.ts";
import type { Dataset } from "../dataset.ts";
import type { FeatureState } from "../feature_state.ts";
import { type Features, oneHot } from "../features.ts";
import type { IdIndex } from "../id_index.ts";
import { NOBODY, type Person } from "../people.ts";
import type { Weights } from "./towers.ts";
import { grownVocabulary, openIds, rowOf } from "./vocabulary.ts";

export const demographicShape = z.strictObject({
  /** What a table's rows from 1 on stand for. */
  genders: z.array(z.string()),
  /** Lower ends of groups of age, in years, ascending; who is younger than the first is in none. */
  ages: z.array(z.number()),
  occupations: z.array(z.string()),
  n_genres: z.number().int().min(1),
  /** The oldest and the newest release year, which become 0 and 1. */
  year_min: z.number(),
  year_max: z.number(),
  /** Ratings from which on the row of an id is used. */
  id_from: z.number().int().min(0),
});

export type DemographicShape = z.infer<typeof demographicShape>;

/** The groups of MovieLens 1M; other archives' ages fall into them. */
const AGES = [1, 18, 25, 35, 45, 50, 56];

export interface Vocabulary {
  users: IdIndex;
  movies: IdIndex;
}

/** Traits that the people of `dataset` have, and the span of its years. */
export function fitShape(
  { catalogue, people = NOBODY }: Dataset,
  { id_from }: { id_from: number },
): DemographicShape {
  const years = catalogue.years.filter((year) => year !== 0);
  return {
    genders: traits(people.values(), ({ gender }) => gender),
    ages: AGES,
    occupations: traits(people.values(), ({ occupation }) => occupation),
    n_genres: catalogue.nGenres,
    year_min: years.reduce((a, b) => Math.min(a, b), Infinity),
    year_max: years.reduce((a, b) => Math.max(a, b), -Infinity),
    id_from,
  };
}

function traits(people: Iterable<Person>, of: (person: Person) => string | null): string[] {
  return [...new Set(Array.from(people, of).filter((trait) => trait !== null))].sort();
}

/** Who and what has a row of its own: those of `before`, and whoever has ratings enough in `end`. */
export function fitVocabulary(
  { users, catalogue }: Dataset,
  end: FeatureState,
  { shape: { id_from }, before }: { shape: DemographicShape; before?: Vocabulary },
): Vocabulary {
  const isEnough = (counts: Int32Array) => (position: number) => counts[position] > id_from;
  return {
    users: grownVocabulary(users.ids, isEnough(end.userCounts), before?.users.ids),
    movies: grownVocabulary(catalogue.movies.ids, isEnough(end.movieCounts), before?.movies.ids),
  };
}

export function packVocabulary({ users, movies }: Vocabulary): Container["arrays"] {
  return { "user.ids": users.ids.slice(), "movie.ids": movies.ids.slice() };
}

/** @throws {SyntaxError} when the ids are not as many as the tables' rows. */
export function openVocabulary(artifact: Container, { user, movie }: Weights): Vocabulary {
  return {
    users: openIds("user.ids", artifact, user.tables[0]?.rows ?? 0),
    movies: openIds("movie.ids", artifact, movie.tables[0]?.rows ?? 0),
  };
}

const N_TRAITS = 3;

export function demographicFeatures(shape: DemographicShape, { users, movies }: Vocabulary): Features {
  const { n_genres: nGenres, year_min, id_from } = shape;
  const years = shape.year_max - year_min;
  const traitsOf = createTraits(shape);
  return {
    userWidth: 1 + N_TRAITS,
    movieWidth: 2 + nGenres,
    userInputs({ state, users: { ids }, people = NOBODY }, user, out, offset) {
      const isKnown = user < state.userCounts.length && state.userCounts[user] >= id_from;
      out[offset] = isKnown ? rowOf(users, ids[user]) : 0;
      traitsOf(people.get(ids[user]), out, offset + 1);
    },
    movieInputs({ state }, movie, out, offset) {
      const { movies: { ids }, years: released } = state.catalogue;
      out[offset] = state.movieCounts[movie] >= id_from ? rowOf(movies, ids[movie]) : 0;
      oneHot(state.catalogue, movie, { nGenres, out, offset: offset + 1 });
      const year = released[movie];
      // A missing year counts as one from the middle.
      out[offset + 1 + nGenres] = year === 0 || !(years > 0) ? 0.5 : (year - year_min) / years;
    },
  };
}

/** Writes the rows of gender, age and occupation. */
function createTraits({ genders, ages, occupations }: DemographicShape) {
  const rows = (names: readonly string[]) => new Map(names.map((name, i) => [name, i + 1]));
  const [genderRows, occupationRows] = [rows(genders), rows(occupations)];
  return (person: Person | undefined, out: Float32Array, offset: number): void => {
    const { gender = null, age = null, occupation = null } = person ?? {};
    out[offset] = gender === null ? 0 : genderRows.get(gender) ?? 0;
    out[offset + 1] = age === null ? 0 : ages.filter((from) => age >= from).length;
    out[offset + 2] = occupation === null ? 0 : occupationRows.get(occupation) ?? 0;
  };
}
