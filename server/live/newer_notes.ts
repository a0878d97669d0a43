/**
 * What the log has told of people since a base, in typed arrays. Every worker has them: 70 bytes a rating where nearly
 * everybody rated once, 28 where it was eight times; a Map and a Set for each person take 410 and 89.
 *
 * People have positions in the order of their first note. A person's notes are a chain, the newest first, with one note
 * for each movie rated and one for each movie hidden or shown again. To take one in is to walk along what this person
 * did since the base: a handful of notes.
 */
import { grown, IdIndex } from "../../models/id_index.ts";
import type { NewerEntry } from "./newer_log.ts";

export interface NewerNotes {
  /** False: it only replaces what was noted of the same movie. */
  take(entry: NewerEntry): boolean;
  /** How many entries had been taken in with the last one about the person; 0: there was none. */
  version(userId: number): number;
  /** Whether what the base has of the person is over. They may have rated anew since. */
  isErased(userId: number): boolean;
  /** The person's ratings in the order of their first notes: stars (NaN: not known) by movie. */
  eachRating(userId: number, body: (movieId: number, stars: number) => void): void;
  /** What the person hid (true), or wants to see again. */
  eachHidden(userId: number, body: (movieId: number, isHidden: boolean) => void): void;
}

/** What a note says: half stars (0: not known), or one of these. */
const HIDDEN = 16, SHOWN = 17;
const isRating = (what: number) => what < HIDDEN;
const ROOM = 64;

export function createNewerNotes(): NewerNotes {
  const people = new IdIndex();
  /** By person: the place of their newest note + 1 (0: there is none), their version, and 1 for whoever was erased. */
  let newest = new Int32Array(ROOM);
  let versions = new Int32Array(ROOM);
  let erased = new Uint8Array(ROOM);
  /** By note: the movie, what it says, and the place + 1 of the person's note before it. */
  let movies = new Int32Array(ROOM);
  let says = new Uint8Array(ROOM);
  let before = new Int32Array(ROOM);
  let n = 0;
  let taken = 0;

  const personOf = (userId: number): number => {
    const person = people.add(userId);
    if (person === newest.length) {
      newest = grown(newest, person + 1, Int32Array);
      versions = grown(versions, person + 1, Int32Array);
      erased = grown(erased, person + 1, Uint8Array);
    }
    return person;
  };
  const add = (person: number, movieId: number, what: number) => {
    if (n === movies.length) {
      movies = grown(movies, n + 1, Int32Array);
      says = grown(says, n + 1, Uint8Array);
      before = grown(before, n + 1, Int32Array);
    }
    movies[n] = movieId;
    says[n] = what;
    before[n] = newest[person];
    newest[person] = ++n;
  };
  return {
    take(entry) {
      const person = personOf(entry.userId);
      versions[person] = ++taken;
      if (entry.kind === "erased") {
        newest[person] = 0;
        erased[person] = 1;
        return true;
      }
      const what = sayingOf(entry);
      for (let next = newest[person]; next > 0; next = before[next - 1]) {
        if (movies[next - 1] !== entry.movieId || isRating(says[next - 1]) !== isRating(what)) continue;
        says[next - 1] = what;
        return false;
      }
      add(person, entry.movieId, what);
      return true;
    },
    version: (userId) => versions[people.get(userId) ?? -1] ?? 0,
    isErased: (userId) => erased[people.get(userId) ?? -1] === 1,
    eachRating(userId, body) {
      const places: number[] = [];
      const person = people.get(userId);
      for (let next = newest[person ?? -1]; next > 0; next = before[next - 1]) {
        if (isRating(says[next - 1])) places.push(next - 1);
      }
      for (let i = places.length; i-- > 0;) body(movies[places[i]], says[places[i]] / 2 || NaN);
    },
    eachHidden(userId, body) {
      const person = people.get(userId);
      for (let next = newest[person ?? -1]; next > 0; next = before[next - 1]) {
        if (!isRating(says[next - 1])) body(movies[next - 1], says[next - 1] === HIDDEN);
      }
    },
  };
}

function sayingOf(entry: Exclude<NewerEntry, { kind: "erased" }>): number {
  if (entry.kind === "rated") return Math.round(2 * entry.stars) || 0;
  return entry.kind === "hidden" ? HIDDEN : SHOWN;
}
