/**
 * Which movies have which words in their titles: distinct words, and the movies of each.
 *
 * There are fewer words than titles, so a query looks at words first and at the movies of the few that match. All words
 * stand in one text, which the engine searches faster than anything that is written here.
 */
import { inOneGo, type Steps } from "../../models/steps.ts";
import { wordsOf } from "./title_words.ts";

export interface WordIndex {
  nMovies: number;
  nWords: number;
  /** All words, in order of first sight, each between two line breaks, and where each begins. */
  text: string;
  starts: Int32Array; // [words + 1]
  /** Movies of word w: `movies[offsets[w] … offsets[w + 1])`, ascending. */
  offsets: Int32Array; // [words + 1]
  movies: Int32Array;
  /** Distinct words of each title, 255 at most. */
  lengths: Uint8Array; // [movies]
}

export interface Titles {
  nMovies: number;
  title(movie: number): string;
}

/** Titles of one step: about a millisecond. */
const PIECE = 500;

export const wordIndexOf = (titles: Titles): WordIndex => inOneGo(indexing(titles));

/** Makes the index one piece a step, so that others can work in between. */
export function* indexing({ nMovies, title }: Titles): Steps<WordIndex> {
  const known = new Map<string, number>();
  /** Of each word: movies that have it, and the last of them. */
  const counts: number[] = [];
  const last: number[] = [];
  const lengths = new Uint8Array(nMovies);
  /** Pairs in order of the movies. */
  const pairs: number[] = [];
  for (let movie = 0; movie < nMovies; movie++) {
    let length = 0;
    for (const word of wordsOf(title(movie))) {
      let w = known.get(word);
      if (w === undefined) {
        known.set(word, w = counts.length);
        counts.push(0);
        last.push(-1);
      }
      if (last[w] === movie) continue;
      last[w] = movie;
      counts[w]++;
      length++;
      pairs.push(w);
    }
    lengths[movie] = Math.min(length, 255);
    pairs.push(END);
    if (movie % PIECE === PIECE - 1) yield;
  }
  const text = `\n${[...known.keys()].join("\n")}\n`;
  yield;
  const starts = startsOf(known);
  yield;
  return { nMovies, nWords: counts.length, text, starts, lengths, ...moviesOf(pairs, counts) };
}

/** Stands between two movies' words. */
const END = -1;

function startsOf(words: ReadonlyMap<string, unknown>): Int32Array {
  const starts = new Int32Array(words.size + 1).fill(1);
  let w = 0;
  for (const word of words.keys()) starts[w + 1] = starts[w++] + word.length + 1;
  return starts;
}

/** `pairs` by word instead of by movie. */
function moviesOf(
  pairs: readonly number[],
  counts: readonly number[],
): Pick<WordIndex, "offsets" | "movies"> {
  const offsets = new Int32Array(counts.length + 1);
  for (let w = 0; w < counts.length; w++) offsets[w + 1] = offsets[w] + counts[w];
  const movies = new Int32Array(offsets[counts.length]);
  const next = offsets.slice(0, -1);
  let movie = 0;
  for (const w of pairs) {
    if (w === END) movie++;
    else movies[next[w]++] = movie;
  }
  return { offsets, movies };
}

/** The words that `part` stands in, or that it begins, and where in `text` it does so first. */
export function* wordsWith(
  { text, starts }: WordIndex,
  part: string,
  { asBeginning }: { asBeginning: boolean },
): Generator<[word: number, at: number]> {
  // A line break comes before each word, and the search begins with the one before the next.
  const [sought, skipped] = asBeginning ? [`\n${part}`, 1] : [part, 0];
  for (let found = text.indexOf(sought); found !== -1;) {
    const at = found + skipped;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    yield [low, at];
    found = text.indexOf(sought, starts[low + 1] - 1);
  }
}

export function wordOf({ text, starts }: WordIndex, word: number): string {
  return text.slice(starts[word], starts[word + 1] - 1);
}
