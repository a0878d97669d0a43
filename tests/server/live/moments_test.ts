import assert from "@std/assert";
import { catalogueOf, createMoments, PERSON } from "../../../server/live/moments.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { asked, bits, opened } from "./_people.ts";

/** Enough ratings for somebody to have more than are kept in order. */
const MANY = { movies: 140, users: 14, seenShare: 0.55 };

for (const model of ["two_tower", "als"] as const) {
  Deno.test(`${model}: who has rated nothing since is embedded to the published vector, bit for bit`, async () => {
    const { snapshot, models } = await opened(snapshotParts({ ...MANY, model, seed: 3 }));
    const { dimension, userEmbeddings } = snapshot.champion!;
    assert.ok(snapshot.rated.offsets[1] > 50);
    for (let user = 0; user < snapshot.userIds.length; user++) {
      const published = userEmbeddings!.subarray(user * dimension, (user + 1) * dimension);
      assert.deepEqual(bits(models.champion!.embed(asked(snapshot, user))!), bits(published), `user ${user}`);
    }
  });

  Deno.test(`${model}: who has rated since is embedded to what the next day publishes`, async () => {
    const pairs = (more: [number, number, number][]) => {
      const base: [number, number, number][] = [];
      for (let user = 0; user < 6; user++) {
        for (let movie = user; movie < 60; movie += 2) base.push([userIdOf(user), movie, 1 + movie % 9 / 2]);
      }
      return [...base, ...more];
    };
    const news: [number, number, number][] = [[userIdOf(2), 1, 4.5], [userIdOf(2), 3, 0.5], [
      userIdOf(4),
      55,
      5,
    ]];
    const shape = { movies: 60, model, seed: 5 };
    const today = await opened(snapshotParts({ ...shape, seenPairs: pairs([]) }));
    const tomorrow = await opened(snapshotParts({ ...shape, seenPairs: pairs(news) }));
    const { mean } = today.snapshot.champion!;
    const moments = createMoments(tomorrow.snapshot, { mean });
    const { embedder } = today.models.champion!.scorer!;
    for (let user = 0; user < 6; user++) {
      const later = news.filter(([id]) => id === userIdOf(user)).map(([, movie, stars]) =>
        [movie, stars] as const
      );
      const now = today.models.champion!.embed(asked(today.snapshot, user, later))!;
      const then = new Float32Array(now.length);
      embedder!.embedUser(moments.of(asked(tomorrow.snapshot, user)), PERSON, then, 0);
      assert.deepEqual(bits(now), bits(then), `user ${user}`);
      const query = today.models.champion!.queryOf(asked(today.snapshot, user, later))!;
      assert.deepEqual(bits(query), bits(now), "what came since is in the query");
    }
  });
}

Deno.test("moments: a re-rating counts once, with its stars; one of unknown stars not at all", async () => {
  const { snapshot } = await opened(snapshotParts({ seenPairs: [[3, 4, 2], [3, 7, 3], [6, 1, 5]] }));
  const moment = createMoments(snapshot).of(asked(snapshot, 0, [[7, 5], [9, NaN], [1, 1]]));
  assert.deepEqual([moment.state.userCounts[PERSON], moment.state.userSums[PERSON]], [3, 8]);
  const { movies, stars } = moment.histories.of(PERSON);
  assert.deepEqual(
    new Map(Array.from(movies, (movie, i) => [movie, stars[i]])),
    new Map([[4, 2], [7, 5], [1, 1]]),
  );
  assert.equal(movies.at(-1), 1, "what came last stands last");
  const sums = moment.state.user(PERSON);
  const perMovie = Array.from(movies, (movie) => snapshot.genreIdsOf(movie).length).reduce(
    (a, b) => a + b,
    0,
  );
  assert.equal(Array.from(sums.genreCounts).reduce((a, b) => a + b, 0), perMovie);
});

Deno.test("moments: the last ratings stand in order of first arrival behind all others", async () => {
  const { snapshot } = await opened(snapshotParts({ ...MANY, seed: 9 }));
  const { movies } = createMoments(snapshot).of(asked(snapshot, 0)).histories.of(PERSON);
  const recent = Array.from(snapshot.recentBy(0), (entry) => entry >> 4);
  assert.deepEqual([...movies.slice(-recent.length)], recent);
  assert.equal(new Set(movies).size, snapshot.rated.offsets[1]);
});

Deno.test("moments: a guest has no id, no ratings and no demographics; somebody known has theirs", async () => {
  const { snapshot } = await opened(snapshotParts({ hasPeople: true }));
  const moments = createMoments(snapshot);
  const guest = moments.of(asked(snapshot, -1));
  assert.deepEqual([guest.users.ids[PERSON], guest.people, guest.histories.of(PERSON).movies.length], [
    -1,
    undefined,
    0,
  ]);
  const known = moments.of(asked(snapshot, 0));
  assert.deepEqual(known.people?.get(snapshot.userIds[0]), snapshot.person(0));
  assert.equal(known.users.get(snapshot.userIds[0]), PERSON);
});

Deno.test("catalogueOf() has the years and genres that the snapshot says of each movie", async () => {
  const { snapshot } = await opened(snapshotParts(MANY));
  const { movies, years, genres, genreStarts } = catalogueOf(snapshot);
  assert.deepEqual([...movies.ids], [...snapshot.movieIds]);
  for (let movie = 0; movie < movies.size; movie++) {
    assert.equal(years[movie], snapshot.year(movie) ?? 0);
    assert.deepEqual(
      [...genres.subarray(genreStarts[movie], genreStarts[movie + 1])],
      [...snapshot.genreIdsOf(movie)],
    );
  }
});
