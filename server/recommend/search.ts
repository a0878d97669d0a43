/**
 * Title search: movies of which the title has every word of the query, in whatever order.
 *
 * A word of the query may be a word of the title, begin one or stand within one; if it does so nowhere, it may be one
 * typo away from one. The year of release counts as a word that is begun. Lists are ordered by how well the words match, then by popularity. The index is made of
 * distinct words, of which there are fewer than titles: a query looks at words first and at postings of the few that
 * match.
 */
import { isOneTypo, wordsOf } from "./title_words.ts";

export interface TitleIndex {
  /** The `n` best matches for `query`, as indices of movies; none for a query without words. */
  search(query: string, n: number): number[];
}

export interface Titled {
  nMovies: number;
  title(movie: number): string;
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

export function createTitleIndex(titled: Titled): TitleIndex {
  const { nMovies, byPopularity } = titled;
  const index = indexOf(titled);
  return {
    search(query, n) {
      const words = wordsOf(query).slice(0, MOST_WORDS);
      const grades = new Uint8Array(nMovies);
      words.forEach((word, w) => gradeWord(index, word, { isFirst: w === 0, grades }));
      const best: number[][] = Array.from({ length: words.length * SAME + WHOLE_TITLE + 1 }, () => []);
      for (const movie of byPopularity) {
        if (grades[movie] === 0) continue;
        const isWhole = grades[movie] === words.length * SAME && index.nWords[movie] === words.length;
        const list = best[grades[movie] + (isWhole ? WHOLE_TITLE : 0)];
        if (list.length < n) list.push(movie);
      }
      return best.reverse().flat().slice(0, n);
    },
  };
}

interface WordIndex {
  nMovies: number;
  /** Distinct, ascending. */
  words: readonly string[];
  /** All of them, each between two line breaks, and where each begins. */
  text: string;
  starts: Int32Array;
  /** Movies of word w: `movies[offsets[w] … offsets[w + 1])`. */
  offsets: Int32Array;
  movies: Int32Array;
  /** Distinct words of each title. */
  nWords: Uint8Array;
  /** 0: not known. */
  years: Uint16Array;
}

function indexOf({ nMovies, title, year }: Titled): WordIndex {
  const byWord = new Map<string, number[]>();
  const nWords = new Uint8Array(nMovies);
  const years = Uint16Array.from({ length: nMovies }, (_, movie) => year(movie) ?? 0);
  for (let movie = 0; movie < nMovies; movie++) {
    const words = new Set(wordsOf(title(movie)));
    nWords[movie] = Math.min(words.size, 255);
    for (const word of words) {
      const movies = byWord.get(word);
      if (movies) movies.push(movie);
      else byWord.set(word, [movie]);
    }
  }
  const words = [...byWord.keys()].sort();
  const offsets = new Int32Array(words.length + 1);
  const starts = new Int32Array(words.length + 1).fill(1);
  words.forEach((word, w) => {
    offsets[w + 1] = offsets[w] + byWord.get(word)!.length;
    starts[w + 1] = starts[w] + word.length + 1;
  });
  const movies = new Int32Array(offsets[words.length]);
  words.forEach((word, w) => movies.set(byWord.get(word)!, offsets[w]));
  return { nMovies, words, text: `\n${words.join("\n")}\n`, starts, offsets, movies, nWords, years };
}

/** Adds to `grades` how well `word` matches; a movie that it does not match is out, for good. */
function gradeWord(
  index: WordIndex,
  word: string,
  { isFirst, grades }: { isFirst: boolean; grades: Uint8Array },
): void {
  const own = new Uint8Array(index.nMovies);
  let isFound = false;
  const grade = (w: number, value: number) => {
    isFound = true;
    for (let k = index.offsets[w]; k < index.offsets[w + 1]; k++) {
      if (own[index.movies[k]] < value) own[index.movies[k]] = value;
    }
  };
  const { words } = index;
  for (let w = lowerBound(words, word); w < words.length && words[w].startsWith(word); w++) {
    grade(w, words[w] === word ? SAME : BEGINNING);
  }
  if (YEAR.test(word)) {
    const released = Number(word);
    for (let movie = 0; movie < own.length; movie++) {
      if (index.years[movie] === released) own[movie] = Math.max(own[movie], BEGINNING);
    }
  }
  if (word.length >= LEAST.within) { for (const w of within(index, word)) grade(w, WITHIN); }
  if (!isFound && word.length >= LEAST.typo && !NUMBER.test(word)) {
    for (let w = 0; w < words.length; w++) if (isOneTypo(word, words[w])) grade(w, TYPO);
  }
  for (let movie = 0; movie < grades.length; movie++) {
    grades[movie] = own[movie] === 0 || (!isFirst && grades[movie] === 0) ? 0 : grades[movie] + own[movie];
  }
}

/** The words that `part` stands in. */
function* within({ text, starts }: WordIndex, part: string): Generator<number> {
  for (let at = text.indexOf(part); at !== -1;) {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    yield low;
    at = text.indexOf(part, starts[low + 1] - 1);
  }
}

/** The first place at or after which `word` stands, or would. */
function lowerBound(words: readonly string[], word: string): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (words[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}
