/** The made-up sample's movies: titles, years, genres in MovieLens' form, and what people will think of them. */
import type { Rng } from "../../models/rng.ts";
import { normal, pick, weighted } from "./_draws.ts";
import { NO_GENRES } from "./catalogue.ts";
import type { RawMovie } from "./source.ts";

/** Each genre with its weight as a movie's first, genres that go with it, and nouns for titles. */
const GENRES = {
  Drama: [30, "Romance Crime War", "Letter Winter Daughter Silence Harvest Orchard Piano Season"],
  Comedy: [
    24,
    "Romance Drama Crime Children",
    "Wedding Cousin Holiday Neighbor Barber Reunion Circus Landlord",
  ],
  Action: [
    11,
    "Adventure Thriller Sci-Fi Crime",
    "Strike Pursuit Vendetta Convoy Bullet Siege Commander Outpost",
  ],
  Horror: [7, "Thriller Mystery Sci-Fi", "Cellar Scarecrow Coven Asylum Hollow Whisper Marrow Doll"],
  Thriller: [6, "Crime Mystery Drama", "Witness Alibi Hostage Cipher Deadline Accomplice Motive Ransom"],
  Crime: [5, "Drama Thriller Film-Noir", "Heist Syndicate Informer Detective Racket Verdict Getaway Forger"],
  Documentary: [4, "War Musical", "Voices Portrait Chronicle Archive Glacier Factory Migration Frontier"],
  Adventure: [
    4,
    "Action Fantasy Children",
    "Voyage Expedition Treasure Compass Island Caravan Summit Lagoon",
  ],
  "Sci-Fi": [3, "Action Thriller Adventure", "Starship Android Orbit Colony Signal Reactor Eclipse Nebula"],
  Romance: [2, "Drama Comedy Musical", "Kiss Promise Valentine Waltz Sunset Garden Postcard Heart"],
  Animation: [2, "Children Comedy Fantasy", "Robot Penguin Teapot Squirrel Balloon Puppet Lantern Kite"],
  Fantasy: [1, "Adventure Children Romance", "Dragon Sorcerer Crown Prophecy Kingdom Mirror Talisman Giant"],
  Children: [
    1,
    "Comedy Animation Adventure",
    "Treehouse Puppy Snowman Playground Pony Bicycle Marble Cupcake",
  ],
  Mystery: [
    1,
    "Crime Thriller Film-Noir",
    "Riddle Manor Footprint Riverboat Secret Portrait Locket Stranger",
  ],
  War: [1, "Drama Action", "Battalion Trench Armistice Bridge Regiment Medal Airfield Harbor"],
  Western: [1, "Action Adventure", "Saloon Sheriff Canyon Outlaw Stagecoach Prairie Spur Mustang"],
  Musical: [1, "Comedy Romance", "Serenade Chorus Melody Ballroom Encore Rhapsody Trumpet Duet"],
  "Film-Noir": [1, "Crime Mystery", "Shadow Alley Nightclub Widow Lamppost Boulevard Cigarette Rain"],
} as const satisfies Record<string, readonly [number, string, string]>;
const ADJECTIVES = words(
  "Silent Crimson Last Broken Golden Hidden Lonely Midnight Distant Burning Perfect Wild Gentle Frozen " +
    "Restless Borrowed Paper Hollow Velvet Second Forgotten Endless Crooked Bright Unlikely Quiet Sleeping Iron",
);
const PLACES = words(
  "Lisbon Harlem Kyoto Marrakesh Alaska Tangier Vermont Trieste Dakota Havana Oslo Savannah Naples Galway " +
    "Montana Odessa Valparaiso Brooklyn Cairo Bergen Toledo Calais Nairobi Manila Louisiana Prague Samarkand Quebec",
);
const NAMES = words(
  "Clara Walter Josephine Amos Lucille Ingrid Desmond Marguerite Felix Otis Beatrice Nora Ruben Odile " +
    "Leopold Hattie Mirko Salome Edgar Winifred Tobias Yvonne Casper Imogen",
);
const MORE_GENRES = [0.28, 0.4, 0.24, 0.08]; // 1, 2, 3 or 4 genres
const NO_GENRES_SHARE = 0.003;

export const GENRE_NAMES = Object.keys(GENRES) as (keyof typeof GENRES)[];

export interface SampleMovie extends RawMovie {
  year: number;
  /** Places in `GENRE_NAMES`. */
  genrePlaces: number[];
  /** Stars above or below the mean that everybody agrees on. */
  quality: number;
  /** Weight with which people come across it. */
  popularity: number;
  /** What genres don't tell: a direction of taste. */
  flavor: [number, number];
}

/** `n` movies of the years up to `lastYear`; ids have gaps and, as in MovieLens, mostly follow the years. */
export function sampleMovies(n: number, { lastYear, rng }: { lastYear: number; rng: Rng }): SampleMovie[] {
  const firstGenre = weighted(GENRE_NAMES.map((name) => GENRES[name][0]));
  const titles = new Map<string, number>();
  const years = Array.from(
    { length: n },
    () => Math.max(1925, lastYear - Math.floor(-18 * Math.log(1 - rng.uniform()))),
  );
  years.sort((a, b) => a - b);
  let movieId = 0;
  return years.map((year) => {
    movieId += 1 + (rng.uniform() < 0.1 ? rng.below(20) : 0);
    const genrePlaces = movieGenres(firstGenre(rng), rng);
    const genres = rng.uniform() < NO_GENRES_SHARE
      ? NO_GENRES
      : genrePlaces.map((place) => GENRE_NAMES[place]).sort().join("|");
    const quality = 0.48 * normal(rng);
    return {
      movieId,
      title: `${uniqueTitle(title(GENRE_NAMES[genrePlaces[0]], rng), titles)} (${year})`,
      genres,
      year,
      genrePlaces,
      quality,
      popularity: Math.min(40, Math.exp(1.4 * normal(rng) + 0.8 * quality)),
      flavor: [normal(rng), normal(rng)],
    };
  });
}

function movieGenres(first: number, rng: Rng): number[] {
  const wanted = 1 + weighted(MORE_GENRES)(rng);
  const companions = words(GENRES[GENRE_NAMES[first]][1]);
  const places = new Set([first]);
  while (places.size < wanted && companions.length > 0) {
    const [companion] = companions.splice(rng.below(companions.length), 1);
    places.add(GENRE_NAMES.findIndex((name) => name === companion));
  }
  return [...places];
}

function title(genre: keyof typeof GENRES, rng: Rng): string {
  const noun = pick(rng, words(GENRES[genre][2]));
  const [adjective, place, name] = [pick(rng, ADJECTIVES), pick(rng, PLACES), pick(rng, NAMES)];
  return pick(rng, [
    `${adjective} ${noun}, The`,
    `${noun} of ${place}, The`,
    `${adjective} ${noun} of ${place}, The`,
    `${name}'s ${adjective} ${noun}`,
    `${name} and the ${adjective} ${noun}`,
    `${name} in ${place}: The ${noun}`,
    `${place} ${noun}`,
  ]);
}

/** A title that was given before becomes part 2, 3, …, in front of a trailing article. */
function uniqueTitle(title: string, titles: Map<string, number>): string {
  const part = (titles.get(title) ?? 0) + 1;
  titles.set(title, part);
  if (part === 1) return title;
  return title.endsWith(", The") ? `${title.slice(0, -5)} ${part}, The` : `${title} ${part}`;
}

function words(list: string): string[] {
  return list.split(" ");
}
