import assert from "@std/assert";
import fc from "fast-check";
import { wordsOf } from "../../../models/snapshot/title_words.ts";
import { openWords, wordColumns, wordOf, wordsWith } from "../../../models/snapshot/word_index.ts";

/** Of letters, so that words meet again: some take two units of UTF-16, and two to four bytes of UTF-8. */
const TITLES = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é", "臥", "𐐨", " ", "'", "\n") }), {
  maxLength: 12,
});

Deno.test("openWords() has each distinct word once, and the movies of it", () => {
  fc.assert(fc.property(TITLES, (titles) => {
    const index = openWords(wordColumns(titles));
    const words = titles.map((title) => new Set(wordsOf(title)));
    const distinct = [...new Set(words.flatMap((each) => [...each]))];
    assert.deepEqual(Array.from({ length: index.nWords }, (_, w) => wordOf(index, w)), distinct);
    assert.deepEqual([...index.lengths], words.map(({ size }) => size));
    distinct.forEach((word, w) => {
      const movies = [...index.movies.subarray(index.offsets[w], index.offsets[w + 1])];
      assert.deepEqual(movies, [...titles.keys()].filter((movie) => words[movie].has(word)), word);
    });
  }));
});

Deno.test("wordsWith() finds each word that a part stands in, once, and where it first does", () => {
  fc.assert(fc.property(TITLES, fc.constantFrom("a", "b", "ab", "aa", "𐐨", "臥a"), (titles, part) => {
    const index = openWords(wordColumns(titles));
    for (const asBeginning of [false, true]) {
      const found = Array.from({ length: index.nWords }, (_, w) => [w, wordOf(index, w).indexOf(part)])
        .filter(([, at]) => asBeginning ? at === 0 : at >= 0)
        .map(([w, at]) => [w, index.starts[w] + at]);
      assert.deepEqual([...wordsWith(index, part, { asBeginning })], found);
    }
  }));
});

Deno.test("wordColumns() of equal titles are equal, and of none hold no word", () => {
  const titles = ["Matrix, The", "The Animatrix"];
  assert.deepEqual(wordColumns([...titles]), wordColumns(titles));
  assert.deepEqual(wordColumns([]), {
    bytes: new TextEncoder().encode("\n"),
    starts: Uint32Array.of(1),
    offsets: Uint32Array.of(0),
    movies: new Int32Array(0),
    lengths: new Uint8Array(0),
  });
});
