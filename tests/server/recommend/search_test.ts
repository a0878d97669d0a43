import assert from "@std/assert";
import { openWords, wordColumns } from "../../../models/snapshot/word_index.ts";
import { isOneTypo } from "../../../server/recommend/one_typo.ts";
import { createTitleIndex } from "../../../server/recommend/search.ts";

const TITLES: [title: string, year: number | null][] = [
  ["Matrix, The", 1999],
  ["Matrix Reloaded, The", 2003],
  ["Animatrix, The", 2003],
  ["Fabulous Destiny of Amélie Poulain, The", 2001],
  ["Schindler's List", 1993],
  ["Heathers", 1989],
  ["Heat", 1995],
  ["Up", 2009],
  ["Star Wars: Episode IV - A New Hope", 1977],
  ["Stalker", null],
  ["Død snø", 2009],
];

/** The index is the popularity, the last title being the most popular. */
const index = createTitleIndex({
  nMovies: TITLES.length,
  words: openWords(wordColumns(TITLES.map(([title]) => title))),
  year: (movie) => TITLES[movie][1],
  byPopularity: Int32Array.from(TITLES.keys()).reverse(),
});
const found = (query: string, n = 10) => index.search(query, n).map((movie) => TITLES[movie][0]);

Deno.test("search() takes words in any order, so an article may stand at either end", () => {
  assert.equal(found("the matrix")[0], "Matrix, The");
  assert.deepEqual(found("matrix the"), found("the matrix"));
  assert.deepEqual(found("THE   Matrix!"), found("the matrix"));
});

Deno.test("search() wants all words of the query", () => {
  assert.deepEqual(found("matrix reloaded"), ["Matrix Reloaded, The"]);
  assert.deepEqual(found("matrix heat"), []);
  assert.deepEqual(found("  ,.  "), []);
});

Deno.test("search() ranks a word before its beginning, that before its inside, that before a typo", () => {
  assert.deepEqual(found("heat"), ["Heat", "Heathers"]);
  assert.deepEqual(found("heath"), ["Heathers"]);
  // Animatrix is more popular than either.
  assert.deepEqual(found("matrix"), ["Matrix Reloaded, The", "Matrix, The", "Animatrix, The"]);
  assert.deepEqual(found("matirx"), ["Matrix Reloaded, The", "Matrix, The"]);
  assert.deepEqual(found("staker"), ["Stalker"]);
});

Deno.test("search() folds case, accents, ligatures and apostrophes", () => {
  for (const query of ["amelie", "AMÉLIE", "Amélie poulain"]) assert.equal(found(query).length, 1, query);
  assert.deepEqual(found("schindlers list"), ["Schindler's List"]);
  assert.deepEqual(found("schindler’s"), ["Schindler's List"]);
  assert.deepEqual(found("dod sno"), ["Død snø"]);
});

Deno.test("search() finds by year, and orders equal matches by popularity", () => {
  assert.deepEqual(found("matrix 1999"), ["Matrix, The"]);
  assert.deepEqual(found("2009"), ["Død snø", "Up"]);
  assert.deepEqual(found("2009", 1), ["Død snø"]);
});

Deno.test("search() of short words looks for whole words and beginnings, not for typos", () => {
  assert.deepEqual(found("up"), ["Up"]);
  assert.deepEqual(found("s"), [
    "Død snø",
    "Stalker",
    "Star Wars: Episode IV - A New Hope",
    "Schindler's List",
  ]);
});

Deno.test("isOneTypo() is Damerau's distance of one", () => {
  for (const other of ["matrx", "mattrix", "matrxi", "natrix", "matrixx", "atrix"]) {
    assert.ok(isOneTypo("matrix", other), other);
    assert.ok(isOneTypo(other, "matrix"), other);
  }
  for (const other of ["matrix", "matr", "mtarxi", "natrixx", "xmatri"]) {
    assert.ok(!isOneTypo("matrix", other), other);
  }
});
