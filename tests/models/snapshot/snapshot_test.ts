import assert from "@std/assert";
import fc from "fast-check";
import { createCatalogue } from "../../../models/catalogue.ts";
import { decode, encode } from "../../../models/container.ts";
import { FAMILY } from "../../../models/family.ts";
import { FeatureState } from "../../../models/feature_state.ts";
import { Histories } from "../../../models/histories.ts";
import { IdIndex } from "../../../models/id_index.ts";
import type { Moment } from "../../../models/ratings.ts";
import {
  encodeSnapshot,
  openSnapshot,
  type Snapshot,
  type SnapshotParts,
} from "../../../models/snapshot/snapshot.ts";
import { movieOf, packRating, starsOf } from "../../../models/rating_entry.ts";
import { ratedBy } from "../../../models/snapshot/rated_lists.ts";
import type { ServingSettings } from "../../../models/snapshot/serving_settings.ts";
import { ofFormat, snapshotParts } from "../../support/snapshot.ts";

const SETTINGS: ServingSettings = {
  variants: [{ name: "b", share: 0.25, version: "7", model: "als", artifact: "models/7.bin", sha256: "ab" }],
  shadow: { share: 0.1, version: "8", model: "ease", artifact: "models/8.bin", sha256: "cd" },
  hide: { movies: [10], genres: ["Drama"] },
};

Deno.test("openSnapshot() gives back what encodeSnapshot() took, from shared memory as well", () => {
  const parts = snapshotParts({ isSample: true, hasPeople: true, serving: SETTINGS });
  const bytes = encodeSnapshot(parts);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const given of [bytes, shared]) assertHolds(openSnapshot(given), parts);
});

function assertHolds(snapshot: Snapshot, parts: SnapshotParts): void {
  const { movies, rated, recent, people } = parts;
  for (const name of ["day", "batchId", "edition", "isSample", "genres", "totals", "serving"] as const) {
    assert.deepEqual(snapshot[name], parts[name]);
  }
  for (const name of ["champion", "userRatingSums", "rated", "recent"] as const) {
    assert.deepEqual(snapshot[name], parts[name]);
  }
  for (const name of ["nRatings", "ratingSums", "histograms", "windows", "trends"] as const) {
    assert.deepEqual(snapshot[name], movies[name]);
  }
  assert.deepEqual(snapshot.movieIds, movies.ids);
  movies.titles.forEach((title, movie) => {
    assert.equal(snapshot.title(movie), title);
    assert.equal(snapshot.year(movie), movies.years[movie]);
    assert.deepEqual(snapshot.genresOf(movie), movies.genreIds[movie].map((genre) => parts.genres[genre]));
    assert.deepEqual([...snapshot.genreIdsOf(movie)], movies.genreIds[movie]);
    assert.equal(snapshot.movieIndex(movies.ids[movie]), movie);
  });
  rated.userIds.forEach((id, user) => {
    assert.equal(snapshot.userIndex(id), user);
    assert.deepEqual(snapshot.person(user), people!.get(id) ?? null);
    const last = recent.entries.subarray(recent.offsets[user], recent.offsets[user + 1]);
    assert.deepEqual(snapshot.recentBy(user), last);
  });
  assert.deepEqual(snapshot.countsIn(30), movies.windows.subarray(60, 120));
  assert.equal(snapshot.countsIn(31), null);
  assert.deepEqual([snapshot.movieIndex(11), snapshot.userIndex(4)], [-1, -1]);
  const { text, starts, offsets } = snapshot.titleWords;
  assert.deepEqual(text.split("\n").slice(1, 5), ["amelie", "0", "b", "the"]);
  assert.deepEqual([starts[1], offsets[1]], [1 + "amelie\n".length, movies.ids.length]);
}

Deno.test("openSnapshot() knows nothing of people in an archive without demographics", () => {
  assert.equal(openSnapshot(encodeSnapshot(snapshotParts())).person(0), null);
});

Deno.test("openSnapshot() of a model without vectors has its artifact alone", () => {
  const { champion } = openSnapshot(encodeSnapshot(snapshotParts({ model: "popularity" })));
  assert.equal(champion?.model, "popularity");
  assert.deepEqual([champion?.dimension, champion?.movieEmbeddings, champion?.userEmbeddings], [
    0,
    null,
    null,
  ]);
  assert.equal(decode(champion!.artifact!).header.model, "popularity");
});

for (const model of ["two_tower", "als"] as const) {
  Deno.test(`openSnapshot() gives the artifact that its ${model} vectors are made by`, () => {
    const snapshot = openSnapshot(encodeSnapshot(snapshotParts({ model })));
    const { dimension, artifact, userEmbeddings } = snapshot.champion!;
    const { embedder } = FAMILY[model].open(decode(artifact!));
    assert.equal(embedder!.dimension, dimension);
    const moment = momentOf(snapshot);
    const out = new Float32Array(dimension);
    snapshot.userIds.forEach((_, user) => {
      embedder!.embedUser(moment, user, out, 0);
      assert.deepEqual(out, userEmbeddings!.slice(user * dimension, (user + 1) * dimension));
    });
  });
}

/** All that the snapshot says of everybody, as a model reads it: short histories are recent ratings. */
function momentOf(snapshot: Snapshot): Moment {
  const facts = Array.from(snapshot.movieIds, (id, movie) => {
    return { id, year: snapshot.year(movie), genres: [...snapshot.genreIdsOf(movie)] };
  });
  const state = new FeatureState(createCatalogue(facts, snapshot.genres.length));
  const histories = new Histories();
  snapshot.userIds.forEach((_, user) => {
    for (const entry of snapshot.recentBy(user)) {
      state.observe(user, movieOf(entry), starsOf(entry), NaN);
      histories.observe(user, movieOf(entry), starsOf(entry));
    }
  });
  return { state, histories, users: IdIndex.from(snapshot.userIds) };
}

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
  const { champion, rated, recent, movieIds, titleWords } = openSnapshot(bytes);
  const { starts, offsets, movies, lengths } = titleWords;
  const vectors = [champion?.movieEmbeddings, champion?.userEmbeddings, champion?.artifact];
  for (const array of [...vectors, rated.entries, rated.offsets, recent.entries, movieIds]) {
    assert.equal(array?.buffer, bytes.buffer);
  }
  for (const array of [starts, offsets, movies, lengths]) assert.equal(array.buffer, bytes.buffer);
});

const CONTRADICTIONS: Record<string, { spoil: (parts: SnapshotParts) => void; message: RegExp }> = {
  "movie ids out of order": {
    spoil: ({ movies }) => movies.ids[5] = 1,
    message: /movie ids should ascend: found 1 after 50/,
  },
  "a repeated user id": {
    spoil: ({ rated }) => rated.userIds[1] = rated.userIds[0],
    message: /user ids should ascend: found 3 after 3/,
  },
  "a rated movie that is not there": {
    spoil: ({ rated }) => rated.entries[rated.offsets[1] - 1] = packRating(60, 3),
    message: /rated movies should be below 60: found 60/,
  },
  "a negative rated movie": {
    spoil: ({ rated }) => rated.entries[0] = packRating(-1, 3),
    message: /rated movies of user 3 should ascend from 0: found -1/,
  },
  "a rating of no stars": {
    spoil: ({ rated }) => rated.entries[0] &= ~15,
    message: /ratings of user 3 should be 1 to 10 half stars: found 0/,
  },
  "a rating of too many stars": {
    spoil: ({ rated }) => rated.entries[0] |= 11,
    message: /ratings of user 3 should be 1 to 10 half stars: found 1[15]/,
  },
  "rated lists that run backwards": {
    spoil: ({ rated }) => rated.offsets[3] = 0,
    message: /offsets of rated movies should ascend/,
  },
  "rated lists that end early": {
    spoil: ({ rated }) => rated.offsets[rated.userIds.length]--,
    message: /offsets of rated movies should span/,
  },
  "a rated list out of order": {
    spoil: ({ rated }) => ratedBy(rated, 3).reverse(),
    message: /rated movies of user 3 should ascend/,
  },
  "a recent rating of a movie that is not there": {
    spoil: ({ recent }) => recent.entries[2] = packRating(60, 3),
    message: /recent ratings should be of movies below 60: found 60/,
  },
  "recent ratings of more people than there are": {
    spoil: ({ recent }) => recent.offsets = Uint32Array.of(...recent.offsets, recent.entries.length),
    message: /should have 13 entries in offsets of recent ratings: found 14/,
  },
  "too few windows": {
    spoil: ({ movies }) => movies.windows = movies.windows.slice(60),
    message: /should have 240 entries in windows: found 180/,
  },
  "a champion without vectors that has a dimension": {
    spoil: ({ champion }) => champion!.movieEmbeddings = champion!.userEmbeddings = null,
    message: /should have Float32Array "movie_embeddings": found nothing/,
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
    spoil: ({ champion }) => champion!.userEmbeddings![7] = NaN,
    message: /user embeddings should be finite: found NaN/,
  },
  "an embedding too few": {
    spoil: ({ champion }) => champion!.movieEmbeddings = champion!.movieEmbeddings!.slice(4),
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
  assert.throws(() => openSnapshot(encode({ header: { kind: "model", format: 3 }, arrays })), {
    message: 'Cannot open snapshot as it should be of kind "snapshot": found "model"',
  });
  const { rated_entries: _, ...others } = arrays;
  assert.throws(() => openSnapshot(encode({ header, arrays: others })), {
    message: 'Cannot open snapshot as it should have Int32Array "rated_entries": found nothing',
  });
  assert.throws(() => openSnapshot(bytes.slice(0, -64)), { message: /cut short/ });
});

Deno.test("openSnapshot() refuses what another build made, and says what makes one of this", () => {
  assert.throws(() => openSnapshot(ofFormat(2, encodeSnapshot(snapshotParts()))), {
    name: "SyntaxError",
    message: "Cannot open snapshot of format 2 as this build reads format 3. " +
      "Next: deno task daily --from publish",
  });
});

function withTitles(titles: string[]): SnapshotParts {
  const parts = snapshotParts({ movies: titles.length + 1, hasChampion: false });
  return { ...parts, movies: { ...parts.movies, titles: [...titles, "The last one"] } };
}

Deno.test("openSnapshot() of what was checked before does not look at every figure again", () => {
  const bytes = encodeSnapshot(snapshotParts());
  openSnapshot(bytes).rated.entries[0] = packRating(-1, 3);
  assert.throws(() => openSnapshot(bytes), SyntaxError);
  assert.equal(openSnapshot(bytes, { isChecked: true }).batchId, 3);
});
