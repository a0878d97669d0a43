/**
 * The two relations of a rating, and what a row of each has:
 *
 *   user    the user; every movie the user rated, 1/√|N(u)| each (SVD++, Koren 2008); gender, age, occupation
 *   movie   the movie; every user who rated it, 1/√|N(m)| each (flipped: Rendle, Zhang & Koren 2019); genres,
 *           1/√(how many) each; release year in steps of 5
 *
 * Row `nUsers` of the user relation is a newcomer: nobody's ratings, so its features keep their groups' means.
 */
import type { Catalogue } from "../catalogue.ts";
import type { KnownIds } from "../id_index.ts";
import type { People, Person } from "../people.ts";
import type { Triples } from "./triples.ts";
import { type FeatureGroup, identityGroup, listGroup, type Relation, relationOf } from "./relation.ts";

/** Which features stand beside the ids. */
export interface SideFeatures {
  implicit: boolean;
  flipped: boolean;
  side: boolean;
}

const YEARS_PER_STEP = 5;
const FIRST_YEAR = 1895;
/** Steps of release years; step 0 stands for a missing year. */
const YEAR_STEPS = 30;

export function yearStep(year: number): number {
  if (year === 0) return 0;
  return Math.min(YEAR_STEPS - 1, Math.max(1, 1 + Math.floor((year - FIRST_YEAR) / YEARS_PER_STEP)));
}

export const genresOf = ({ genreStarts, genres }: Catalogue, movie: number): Uint8Array =>
  genres.subarray(genreStarts[movie], genreStarts[movie + 1]);

/** Users 0 … nUsers − 1, and a newcomer. */
export function userRelation(
  { users, movies }: Triples,
  { nUsers, nMovies, features, traits }: {
    nUsers: number;
    nMovies: number;
    features: SideFeatures;
    traits: readonly Traits[];
  },
): Relation {
  const nRows = nUsers + 1;
  const groups: FeatureGroup[] = [identityGroup("user", nRows)];
  if (features.implicit) {
    const starts = startsOf(users, nRows);
    const of = (user: number) => movies.subarray(starts[user], starts[user + 1]);
    groups.push(listGroup("rated", { nRows, nColumns: nMovies, of }));
  }
  for (const { name, values, of } of traits) {
    groups.push(
      listGroup(name, { nRows, nColumns: values.length, of: (user) => user < nUsers ? of(user) : [] }),
    );
  }
  return relationOf(groups, nRows, users);
}

/** Every movie of `catalogue`. */
export function movieRelation(
  { users, movies }: Triples,
  { nUsers, catalogue, features }: { nUsers: number; catalogue: Catalogue; features: SideFeatures },
): Relation {
  const nRows = catalogue.movies.size;
  const groups: FeatureGroup[] = [identityGroup("movie", nRows)];
  if (features.flipped) {
    const starts = new Int32Array(nRows + 1);
    for (const movie of movies) starts[movie + 1]++;
    for (let movie = 0; movie < nRows; movie++) starts[movie + 1] += starts[movie];
    const raters = new Int32Array(movies.length);
    const next = starts.slice();
    movies.forEach((movie, n) => raters[next[movie]++] = users[n]);
    const of = (movie: number) => raters.subarray(starts[movie], starts[movie + 1]);
    groups.push(listGroup("rated_by", { nRows, nColumns: nUsers, of }));
  }
  if (features.side) {
    groups.push(
      listGroup("genre", { nRows, nColumns: catalogue.nGenres, of: (m) => genresOf(catalogue, m) }),
    );
    const years = catalogue.years;
    groups.push(listGroup("year", { nRows, nColumns: YEAR_STEPS, of: (m) => [yearStep(years[m])] }));
  }
  return relationOf(groups, nRows, movies);
}

/** A demographic fact as a feature: its known values. */
export interface TraitValues {
  readonly name: keyof Person;
  readonly values: readonly string[];
}

/** The same, and the place of a user's among them (none: empty). */
export interface Traits extends TraitValues {
  of(user: number): readonly number[];
}

const FACTS: readonly (keyof Person)[] = ["gender", "age", "occupation"];

/** The demographics of `users`, where there are any; with the values of `known`, where they are. */
export function traitsOf(
  users: KnownIds,
  people: People | undefined,
  known?: readonly TraitValues[],
): Traits[] {
  if (people === undefined || people.size === 0) {
    return (known ?? []).map((fact) => ({ ...fact, of: () => [] }));
  }
  const facts = known ?? FACTS.map((name) => ({ name, values: valuesOf(people, name) }));
  return facts.map(({ name, values }) => ({
    name,
    values,
    of(user) {
      const place = values.indexOf(String(people.get(users.ids[user])?.[name]));
      return place < 0 ? [] : [place];
    },
  }));
}

function valuesOf(people: People, fact: keyof Person): string[] {
  const given = Array.from(people.values(), (person) => person[fact]).filter((value) => value !== null);
  return [...new Set(given.map(String))].sort();
}

/** Where each user's ratings begin among those sorted by user [rows + 1]. */
function startsOf(users: Int32Array, nRows: number): Int32Array {
  const starts = new Int32Array(nRows + 1);
  for (const user of users) starts[user + 1]++;
  for (let row = 0; row < nRows; row++) starts[row + 1] += starts[row];
  return starts;
}
