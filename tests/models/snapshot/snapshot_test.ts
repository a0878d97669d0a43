import assert from "@std/assert";
import fc from "fast-check";
import { decode, encode } from "../../../models/container.ts";
import { encodeSnapshot, openSnapshot, type SnapshotParts } from "../../../models/snapshot/snapshot.ts";
import { seenBy } from "../../../models/snapshot/seen_lists.ts";
import { snapshotParts } from "../../support/snapshot.ts";

Deno.test("openSnapshot() gives back what encodeSnapshot() took", () => {
  const parts = snapshotParts({ isSample: true });
  const snapshot = openSnapshot(encodeSnapshot(parts));
  const { day, batchId, edition, isSample, genres, champion, movies, seen } = parts;
  assert.deepEqual(
    [snapshot.day, snapshot.batchId, snapshot.edition, snapshot.isSample, snapshot.genres],
    [day, batchId, edition, isSample, genres],
  );
  assert.deepEqual(snapshot.champion, champion);
  assert.deepEqual(snapshot.movieIds, movies.ids);
  assert.deepEqual(snapshot.nRatings, movies.nRatings);
  assert.deepEqual(snapshot.ratingSums, movies.ratingSums);
  assert.deepEqual(snapshot.userRatingSums, parts.userRatingSums);
  assert.deepEqual(snapshot.seen, seen);
  movies.titles.forEach((title, movie) => {
    assert.equal(snapshot.title(movie), title);
    assert.equal(snapshot.year(movie), movies.years[movie]);
    assert.deepEqual(snapshot.genresOf(movie), movies.genreIds[movie].map((genre) => genres[genre]));
    assert.equal(snapshot.movieIndex(movies.ids[movie]), movie);
  });
  assert.equal(snapshot.movieIndex(11), -1);
  assert.equal(snapshot.userIndex(3), 0);
  assert.equal(snapshot.userIndex(4), -1);
});

Deno.test("openSnapshot() keeps any title, letter by letter", () => {
  const title = fc.oneof(fc.string({ unit: "binary" }), fc.constant("\ufeffa byte order mark"));
  fc.assert(fc.property(fc.array(title, { maxLength: 20 }), (titles) => {
    const snapshot = openSnapshot(encodeSnapshot(withTitles(titles)));
    assert.deepEqual(titles.map((_, movie) => snapshot.title(movie)), titles);
  }));
});

Deno.test("openSnapshot() without a champion has popularity only", () => {
  const snapshot = openSnapshot(encodeSnapshot(snapshotParts({ hasChampion: false })));
  assert.equal(snapshot.champion, null);
  assert.ok(snapshot.nRatings.some((n) => n > 0));
});

Deno.test("encodeSnapshot() of equal parts gives equal bytes", () => {
  assert.deepEqual(encodeSnapshot(snapshotParts()), encodeSnapshot(snapshotParts()));
  assert.notDeepEqual(encodeSnapshot(snapshotParts()), encodeSnapshot(snapshotParts({ seed: 2 })));
});

Deno.test("openSnapshot() copies nothing", () => {
  const bytes = encodeSnapshot(snapshotParts());
  const { champion, seen, movieIds } = openSnapshot(bytes);
  for (
    const array of [champion?.movieEmbeddings, champion?.userEmbeddings, seen.movies, seen.offsets, movieIds]
  ) {
    assert.equal(array?.buffer, bytes.buffer);
  }
});

const CONTRADICTIONS: Record<string, { spoil: (parts: SnapshotParts) => void; message: RegExp }> = {
  "movie ids out of order": {
    spoil: ({ movies }) => movies.ids[5] = 1,
    message: /movie ids should ascend: found 1 after 50/,
  },
  "a repeated user id": {
    spoil: ({ seen }) => seen.userIds[1] = seen.userIds[0],
    message: /user ids should ascend: found 3 after 3/,
  },
  "a seen movie that is not there": {
    spoil: ({ seen }) => seen.movies[seen.offsets[1] - 1] = 60,
    message: /seen movies should be below 60: found 60/,
  },
  "a negative seen movie": {
    spoil: ({ seen }) => seen.movies[0] = -1,
    message: /seen movies of user 3 should ascend from 0: found -1/,
  },
  "seen lists that run backwards": {
    spoil: ({ seen }) => seen.offsets[3] = 0,
    message: /offsets of seen movies should ascend/,
  },
  "seen lists that end early": {
    spoil: ({ seen }) => seen.offsets[seen.userIds.length]--,
    message: /offsets of seen movies should span/,
  },
  "a seen list out of order": {
    spoil: ({ seen }) => seenBy(seen, 3).reverse(),
    message: /seen movies of user 3 should ascend/,
  },
  "a genre without a name": {
    spoil: (parts) => parts.genres = ["Adventure"],
    message: /genre ids should be below 1: found 2/,
  },
  "too few counts": {
    spoil: ({ movies }) => movies.nRatings = movies.nRatings.slice(1),
    message: /should have 60 entries in nRatings: found 59/,
  },
  "an embedding that is not a number": {
    spoil: ({ champion }) => champion!.userEmbeddings[7] = NaN,
    message: /user embeddings should be finite: found NaN/,
  },
  "an embedding too few": {
    spoil: ({ champion }) => champion!.movieEmbeddings = champion!.movieEmbeddings.slice(4),
    message: /should have 240 entries in movieEmbeddings: found 236/,
  },
  "a slope that inverts the ranking": {
    spoil: ({ champion }) => champion!.slope = -1,
    message: /slope > 0 and a finite intercept: found slope -1/,
  },
};

for (const [name, { spoil, message }] of Object.entries(CONTRADICTIONS)) {
  Deno.test(`encodeSnapshot() refuses ${name}`, () => {
    const parts = snapshotParts();
    spoil(parts);
    assert.throws(() => encodeSnapshot(parts), { name: "SyntaxError", message });
  });
}

Deno.test("openSnapshot() refuses another kind of file, a missing column and a cut", () => {
  const bytes = encodeSnapshot(snapshotParts());
  const { header, arrays } = decode(bytes);
  assert.throws(() => openSnapshot(encode({ header: { kind: "model", format: 1 }, arrays })), {
    message:
      'Cannot open snapshot as it should be of kind "snapshot", format 1: found kind "model", format 1',
  });
  const { seen_movies: _, ...others } = arrays;
  assert.throws(() => openSnapshot(encode({ header, arrays: others })), {
    message: 'Cannot open snapshot as it should have Int32Array "seen_movies": found nothing',
  });
  assert.throws(() => openSnapshot(bytes.slice(0, -64)), { message: /cut short/ });
});

function withTitles(titles: string[]): SnapshotParts {
  const parts = snapshotParts({ movies: titles.length + 1, hasChampion: false });
  return { ...parts, movies: { ...parts.movies, titles: [...titles, "The last one"] } };
}
