/** The generated sample as the models see it: columns in arrival order, and a catalogue. */
import { type Catalogue, createCatalogue } from "../../models/catalogue.ts";
import { IdIndex } from "../../models/id_index.ts";
import { createRatings, type Ratings } from "../../models/ratings.ts";
import { makeSample } from "../../tasks/import/sample.ts";
import { GENRE_NAMES } from "../../tasks/import/sample_movies.ts";
import { timeOrder } from "../../tasks/import/time_order.ts";

/** `nRatings` ratings, all first ratings, and their movies. */
export async function sampleRatings(nRatings: number): Promise<
  { catalogue: Catalogue; users: IdIndex; ratings: Ratings }
> {
  const sample = await makeSample({ nRatings, seed: 1 });
  const facts = sample.movies.map(({ movieId, year, genrePlaces }) => ({
    id: movieId,
    year,
    genres: [...genrePlaces],
  }));
  const catalogue = createCatalogue(facts, GENRE_NAMES.length);
  const { userId, movieId, rating, ratedAt } = sample.ratings;
  const ratings = createRatings(nRatings);
  (await timeOrder(sample.ratings)).forEach((row, place) => {
    ratings.ratingIds[place] = place;
    ratings.users[place] = userId[row] - 1; // the sample counts its users from 1
    ratings.movies[place] = catalogue.movies.get(movieId[row]) ?? NaN;
    ratings.ratings[place] = rating[row];
    ratings.ratedAt[place] = ratedAt[row];
  });
  let last = -1;
  for (const user of ratings.users) last = Math.max(last, user);
  return { catalogue, users: IdIndex.from(Array.from({ length: last + 1 }, (_, user) => user + 1)), ratings };
}
