import assert from "@std/assert";
import { type Container, encode } from "../../../models/container.ts";
import { FAMILY } from "../../../models/family.ts";
import { createEase, easeConfig, packEase } from "../../../models/ease/ease.ts";
import { createRng } from "../../../models/rng.ts";
import { topN } from "../../../models/top_n.ts";
import { openShared } from "../../../server/live/live.ts";
import { PERSON } from "../../../server/live/moments.ts";
import { OPENED, openScorer } from "../../../server/live/openers.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { artifactFolder, asked, loaded, opened, store } from "./_people.ts";

const BIAS: Container = {
  header: {
    model: "bias",
    config: { movie_shrinkage: 5, user_shrinkage: 5, user_bias: "residual" },
  },
  arrays: {},
};

/** Somebody's registered version, stored. */
async function register(artifacts: string, version: string, model: string, artifact: Container | Uint8Array) {
  const bytes = artifact instanceof Uint8Array ? artifact : encode(artifact);
  return { version, model, artifact: await store(artifacts, bytes) };
}

Deno.test("openScorer() knows every model of the family, and refuses others by name", async () => {
  assert.deepEqual([...OPENED].sort(), Object.keys(FAMILY).sort());
  assert.equal((await openScorer("bias", BIAS)).model, "bias");
  await assert.rejects(() => openScorer("gorse", BIAS), /model "gorse".*wanted two_tower, ranker/);
});

Deno.test("a champion without vectors lists by its retriever; one that only rates, by its prediction", async () => {
  const popular = await opened(snapshotParts({ model: "popularity" }));
  const { champion, moments } = popular.models;
  assert.deepEqual([champion!.vectors, champion!.line, champion!.rank], [null, null, null]);
  assert.equal(champion!.queryOf(asked(popular.snapshot, 0)), null);
  const counts = Float32Array.from(popular.snapshot.nRatings);
  const best = topN(counts, { n: 7, ids: popular.snapshot.movieIds, isSeen: (movie) => movie === 4 });
  const found = champion!.top(asked(popular.snapshot, 0), { k: 7, rows: [4] });
  assert.deepEqual([[...found.rows], [...found.scores]], [[...best.movies], [...best.scores]]);

  await using folder = await artifactFolder();
  const { shared, snapshot } = await loaded(snapshotParts(), folder.path);
  const { models } = await openShared({ shared, snapshot });
  const bias = await models.load(await register(folder.path, "b-1", "bias", BIAS));
  const moment = moments.of(asked(snapshot, 2));
  const { rows, scores } = bias.top(asked(snapshot, 2), { k: 3 });
  rows.forEach((movie, i) => {
    const stars = bias.scorer!.predict!(bias.moment(asked(snapshot, 2)), PERSON, movie);
    assert.equal(scores[i], Math.fround(stars));
    assert.equal(bias.rank!(asked(snapshot, 2), Int32Array.of(movie))[0], stars);
  });
  assert.equal(moment.users.size, 1);
});

Deno.test("a model of histories hears of what somebody rated a moment ago", async () => {
  await using folder = await artifactFolder();
  const { shared, snapshot } = await loaded(snapshotParts(), folder.path);
  const { models } = await openShared({ shared, snapshot });
  const rng = createRng(1);
  const n = snapshot.movieIds.length;
  const weights = {
    movieIds: snapshot.movieIds.slice(),
    counts: new Int32Array(n).fill(1),
    form: { weights: Float32Array.from({ length: n * n }, () => rng.uniform()) },
  };
  const packed = packEase(easeConfig.parse({ taste: "all" }), weights);
  const ease = await models.load(await register(folder.path, "e-1", "ease", packed));
  const later = [[8, 5]] as const;
  const scores = ease.scores(asked(snapshot, -1, later));
  const direct = createEase(weights, { taste: "all", half_life: null }).retriever(models.moments.movies);
  const wanted = new Float32Array(n);
  direct(models.moments.of(asked(snapshot, -1, later)), PERSON, wanted);
  assert.deepEqual([...scores], [...wanted]);
  assert.notDeepEqual([...scores], [...ease.scores(asked(snapshot, -1))]);
});

Deno.test("models.load() reads a version once for all who ask, and keeps the last three", async () => {
  await using folder = await artifactFolder();
  const { shared, snapshot } = await loaded(snapshotParts(), folder.path);
  const { models } = await openShared({ shared, snapshot });
  const artifact = snapshotParts({ seed: 4 }).champion!.artifact!;
  const versions = [];
  for (const version of ["v-1", "v-2", "v-3", "v-4"]) {
    versions.push(await register(folder.path, version, "two_tower", artifact));
  }
  const [one, again] = await Promise.all([models.load(versions[0]), models.load(versions[0])]);
  assert.equal(one, again);
  assert.equal(models.find("v-1"), one);
  await models.load(versions[1]);
  await models.load(versions[2]);
  models.find("v-1");
  await models.load(versions[3]);
  const kept = ["v-1", "v-2", "v-3", "v-4"].filter((version) => models.find(version));
  assert.deepEqual(kept, ["v-1", "v-3", "v-4"], "what was asked for longest ago made room");
  assert.equal(models.find("two_tower"), models.champion, "by name, the champion comes first");
  assert.equal(models.find(models.champion!.version), models.champion);
  assert.deepEqual([models.find("als"), models.find("v-9")], [null, null]);
});

Deno.test("models.load() refuses an artifact that is gone, damaged or of no model, and tries again when asked", async () => {
  await using folder = await artifactFolder();
  const { shared, snapshot } = await loaded(snapshotParts(), folder.path);
  const { models } = await openShared({ shared, snapshot });
  const gone = { version: "v-1", model: "bias", artifact: "models/0123456789abcdef.bin" };
  await assert.rejects(() => models.load(gone), Deno.errors.NotFound);
  const sound = await register(folder.path, "v-2", "bias", BIAS);
  await assert.rejects(() => models.load({ ...sound, model: "gorse" }), /does not know it/);
  await assert.rejects(() => models.load({ ...sound, model: "als" }), SyntaxError);
  assert.equal((await models.load(sound)).model, "bias");
  const path = `${folder.path}/${sound.artifact}`;
  const bytes = await Deno.readFile(path);
  bytes[20] ^= 1;
  await Deno.writeFile(path, bytes);
  await assert.rejects(() => models.load({ ...sound, version: "v-3" }), /v-3 as ".*" has changed/);
});
