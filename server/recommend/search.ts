/**
 * Title search: movies of which the title has every word of the query, in whatever order.
 *
 * A word of the query may be a word of the title, begin one or stand within one; if it does so nowhere, it may be one
 * typo away from one. The year of release counts as a word that is begun. Lists are ordered by how well the words match,
 * then by popularity.
 */
import { wordsOf } from "../../models/snapshot/title_words.ts";
import { type WordIndex, wordOf, wordsWith } from "../../models/snapshot/word_index.ts";
import { isOneTypo } from "./one_typo.ts";

export interface TitleIndex {
  /** The `n` best matches for `query`, as indices of movies; none for a query without words. */
  search(query: string, n: number): number[];
}

export interface Titled {
  nMovies: number;
  /** Of the titles. */
  words: WordIndex;
  year(movie: number): number | null;
  /** Movies by popularity, ties by id. */
  byPopularity: Int32Array;
}

/** How well a word matches. */
const [TYPO, WITHIN, BEGINNING, SAME] = [1, 2, 3, 4];
/** More for a title that is nothing but the query's words. */
const WHOLE_TITLE = 1;
/** Shortest words for which these are looked for: shorter ones are within, or near, nearly everything. */
const LEAST = { within: 2, typo: 4 };
/** A number with one other digit is another number. */
const NUMBER = /\d/;
const YEAR = /^\d{4}$/;
/** Words of a query that are looked at. */
const MOST_WORDS = 12;

export function createTitleIndex({ nMovies, year, byPopularity, words }: Titled): TitleIndex {
  const index = { words, years: Uint16Array.from({ length: nMovies }, (_, movie) => year(movie) ?? 0) };
  return {
    search(query, n) {
      const asked = wordsOf(query).slice(0, MOST_WORDS);
      const grades = new Uint8Array(nMovies);
      asked.forEach((word, w) => gradeWord(index, word, { isFirst: w === 0, grades }));
      const best: number[][] = Array.from({ length: asked.length * SAME + WHOLE_TITLE + 1 }, () => []);
      for (const movie of byPopularity) {
        if (grades[movie] === 0) continue;
        const isWhole = grades[movie] === asked.length * SAME && words.lengths[movie] === asked.length;
        const list = best[grades[movie] + (isWhole ? WHOLE_TITLE : 0)];
        if (list.length < n) list.push(movie);
      }
      return best.reverse().flat().slice(0, n);
    },
  };
}

interface Index {
  words: WordIndex;
  /** 0: not known. */
  years: Uint16Array; // [movies]
}

/** Adds to `grades` how well `word` matches; a movie that it does not match is out, for good. */
function gradeWord(
  { words, years }: Index,
  word: string,
  { isFirst, grades }: { isFirst: boolean; grades: Uint8Array },
): void {
  const { nWords, offsets, movies, text, starts } = words;
  const own = new Uint8Array(grades.length);
  let isFound = false;
  const grade = (w: number, value: number) => {
    isFound = true;
    for (let k = offsets[w]; k < offsets[w + 1]; k++) {
      if (own[movies[k]] < value) own[movies[k]] = value;
    }
  };
  for (const [w, at] of wordsWith(words, word, { asBeginning: word.length < LEAST.within })) {
    if (at !== starts[w]) grade(w, WITHIN);
    else grade(w, text[at + word.length] === "\n" ? SAME : BEGINNING);
  }
  if (YEAR.test(word)) {
    const released = Number(word);
    for (let movie = 0; movie < own.length; movie++) {
      if (years[movie] === released) own[movie] = Math.max(own[movie], BEGINNING);
    }
  }
  if (!isFound && word.length >= LEAST.typo && !NUMBER.test(word)) {
    for (let w = 0; w < nWords; w++) {
      const length = starts[w + 1] - starts[w] - 1;
      if (Math.abs(length - word.length) <= 1 && isOneTypo(word, wordOf(words, w))) grade(w, TYPO);
    }
  }
  for (let movie = 0; movie < grades.length; movie++) {
    grades[movie] = own[movie] === 0 || (!isFirst && grades[movie] === 0) ? 0 : grades[movie] + own[movie];
  }
}
