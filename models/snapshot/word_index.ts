/**
 * Which movies have which words in their titles: distinct words, and the movies of each.
 *
 * There are fewer words than titles, so a query looks at words first and at the movies of the few that match. All words
 * stand in one text, which the engine searches faster than anything that is written here. A snapshot has the columns, so
 * that they are made once, by publish, and shared by all who serve it.
 */
import { wordsOf } from "./title_words.ts";

interface WordRows {
  /** Where each word begins in the text, in UTF-16 units as strings count, and where the text ends. */
  starts: Uint32Array; // [words + 1]
  /** Movies of word w: `movies[offsets[w] … offsets[w + 1])`, ascending. */
  offsets: Uint32Array; // [words + 1]
  movies: Int32Array;
  /** Distinct words of each title, 255 at most. */
  lengths: Uint8Array; // [movies]
}

/** What a snapshot's file has. */
export interface WordColumns extends WordRows {
  /** UTF-8 of all words, in order of first sight, each between two line breaks. */
  bytes: Uint8Array;
}

export interface WordIndex extends Readonly<WordRows> {
  readonly nWords: number;
  /** All words, each between two line breaks: made at the first look, some milliseconds' work. */
  readonly text: string;
}

/** The words of `titles`; equal titles give equal columns. */
export function wordColumns(titles: readonly string[]): WordColumns {
  const known = new Map<string, number>();
  /** Of each word: movies that have it, and the last of them. */
  const counts: number[] = [];
  const last: number[] = [];
  const lengths = new Uint8Array(titles.length);
  /** Words in order of the movies. */
  const pairs: number[] = [];
  titles.forEach((title, movie) => {
    let length = 0;
    for (const word of wordsOf(title)) {
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
  });
  const words = [...known.keys()];
  const bytes = new TextEncoder().encode(["", ...words, ""].join("\n"));
  return { bytes, starts: startsOf(words), lengths, ...moviesOf(pairs, counts) };
}

/** Stands between two movies' words. */
const END = -1;

function startsOf(words: readonly string[]): Uint32Array {
  const starts = new Uint32Array(words.length + 1).fill(1);
  words.forEach(({ length }, w) => starts[w + 1] = starts[w] + length + 1);
  return starts;
}

/** `pairs` by word instead of by movie. */
function moviesOf(
  pairs: readonly number[],
  counts: readonly number[],
): Pick<WordColumns, "offsets" | "movies"> {
  const offsets = new Uint32Array(counts.length + 1);
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

/** Opens what `wordColumns()` made, without a copy but of the text, once that is looked at. */
export function openWords({ bytes, starts, offsets, movies, lengths }: WordColumns): WordIndex {
  let text: string | null = null;
  return {
    nWords: starts.length - 1,
    starts,
    offsets,
    movies,
    lengths,
    get text() {
      return text ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    },
  };
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
