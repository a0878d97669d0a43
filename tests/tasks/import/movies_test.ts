import assert from "@std/assert";
import { DataError } from "../../../tasks/import/errors.ts";
import { parseMovies, parseUsers } from "../../../tasks/import/movies.ts";

const CSV = { file: "movies.csv", layout: "csv" } as const;
const DAT = { file: "movies.dat", layout: "dat" } as const;

Deno.test("parseMovies() reads both layouts, titles as received", () => {
  const { movies, broken } = parseMovies(
    'movieId,title,genres\r\n11,"American President, The (1995)",Comedy|Drama\r\n' +
      '31,"""Great Performances"" Cats (1998)",Musical\r\n40697,Babylon 5,(no genres listed)',
    CSV,
  );
  assert.deepEqual(movies, [
    { movieId: 11, title: "American President, The (1995)", genres: "Comedy|Drama" },
    { movieId: 31, title: '"Great Performances" Cats (1998)', genres: "Musical" },
    { movieId: 40697, title: "Babylon 5", genres: "(no genres listed)" },
  ]);
  assert.deepEqual(broken, []);
  assert.deepEqual(parseMovies("7::Alien::Resurrection (1997)::Action|Sci-Fi\n\n", DAT).movies, [
    { movieId: 7, title: "Alien::Resurrection (1997)", genres: "Action|Sci-Fi" },
  ]);
});

Deno.test("parseMovies() lets the last line of a movie hold", () => {
  const { movies } = parseMovies("1::Old (1990)::Drama\n2::Other (1991)::War\n1::New (1990)::Comedy\n", DAT);
  assert.deepEqual(movies.map(({ title }) => title), ["New (1990)", "Other (1991)"]);
});

Deno.test("parseMovies() tells broken lines and keeps the others", () => {
  const text =
    'genres,movieId,title\nDrama,1,Fine (1990)\nDrama,x,No id\nDrama,2,\nDrama,3\nDrama,4,"open\n\n' +
    "Drama,5,N\0ul (1990)\nDrama,99999999999,Far\n";
  const { movies, broken } = parseMovies(text, CSV);
  assert.deepEqual(movies.map(({ movieId }) => movieId), [1]);
  assert.deepEqual(broken.map(({ file, line, reason }) => `${file}:${line} ${reason}`), [
    'movies.csv:3 movie id is no 32-bit whole number: "x"',
    "movies.csv:4 title is empty",
    "movies.csv:5 is no movie: wanted an id, a title and genres",
    "movies.csv:6 is no movie: wanted an id, a title and genres",
    "movies.csv:8 title or genres hold a NUL character",
    'movies.csv:9 movie id is no 32-bit whole number: "99999999999"',
  ]);
});

Deno.test("parseMovies() refuses a file without a movie", () => {
  assert.throws(() => parseMovies("", CSV), new DataError('Cannot read "movies.csv" as it has no movie'));
  assert.throws(
    () => parseMovies("what is this", DAT),
    new DataError(
      'Cannot read "movies.dat" as it has no movie: line 1, is no movie: wanted an id, a title and genres',
    ),
  );
});

Deno.test("parseUsers() reads demographics", () => {
  const { users, broken } = parseUsers("1::F::1::10::48067\n2::M::56::16::70072-1234\nnobody\n", {
    file: "users.dat",
    layout: "dat",
  });
  assert.deepEqual(users, [
    { userId: 1, gender: "F", age: 1, occupation: "10", zipCode: "48067" },
    { userId: 2, gender: "M", age: 56, occupation: "16", zipCode: "70072-1234" },
  ]);
  assert.deepEqual(broken, [{ file: "users.dat", line: 3, reason: 'is no user: "nobody"' }]);
});
