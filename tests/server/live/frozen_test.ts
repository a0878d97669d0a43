/** What a model freezes is made once, by the thread that loads it, and little at a time. */
import assert from "@std/assert";
import type { Embedder, Scorer } from "../../../models/model.ts";
import { openShared } from "../../../server/live/live.ts";
import type { LoadedModel } from "../../../server/live/loaded_model.ts";
import { createMoments, PERSON } from "../../../server/live/moments.ts";
import { freezing } from "../../../server/live/shared_model.ts";
import { explainScores } from "../../../server/recommend/explain.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { artifactFolder, asked, loaded, opened, store } from "./_people.ts";

const N_MOVIES = 250;
const parts = snapshotParts({ model: "cascade", movies: N_MOVIES });

/** From now on no movie can be embedded. */
function embedNoMovie({ scorer }: LoadedModel): void {
  for (const embedder of scorer!.frozen!) {
    embedder.embedMovie = () => assert.fail("a movie was embedded");
  }
}

Deno.test("openShared() makes no vector of what was frozen, and its lists are those of a scorer that freezes itself", async () => {
  await using folder = await artifactFolder();
  const { shared } = await loaded(parts, folder.path);
  assert.deepEqual(shared.frozen.map(({ length }) => length / N_MOVIES), [4, 4]);
  // As a worker gets it.
  const { snapshot, models } = await openShared({ shared: structuredClone(shared) });
  const artifact = await store(folder.path, parts.champion!.artifact!);
  const onCall = await models.load({ version: "on-call", model: "cascade", artifact });
  const { scorer } = (await openShared({ shared })).models.champion!;
  const stages = scorer!.stages!(models.moments.movies);
  for (const model of [models.champion!, onCall]) {
    embedNoMovie(model);
    for (const user of [0, 5]) {
      const whom = asked(snapshot, user);
      const wanted = new Float32Array(N_MOVIES);
      stages.retrieve(models.moments.of(whom), PERSON, wanted);
      assert.deepEqual([...model.scores(whom)], [...wanted]);
      const { rows } = model.top(whom, { k: 20, rows: [] });
      const ranks = [...stages.rank(models.moments.of(whom), PERSON, rows)];
      assert.deepEqual([...model.rank!(whom, rows)], ranks);
      assert.deepEqual(Array.from(model.order(models.moments.of(whom), rows)), ranks);
    }
  }
});

Deno.test("explainScores() freezes nothing again", async () => {
  const { snapshot, models } = await opened(parts);
  embedNoMovie(models.champion!);
  const { rows } = models.champion!.top(asked(snapshot, 3), { k: 3, rows: [] });
  const person = { ...asked(snapshot, 3), before: new Int32Array(0), nGiven: 0, hidden: new Set<number>() };
  const { because, contributions } = explainScores(models.champion!, person, rows);
  assert.ok(because.length > 0);
  assert.ok(contributions.some((part) => part !== 0));
});

Deno.test("freezing() embeds each movie once, and no step more than a hundred", async () => {
  const moments = createMoments((await opened(parts)).snapshot);
  let now = 0;
  const numbered = (first: number): Embedder => ({
    dimension: 1,
    embedUser() {},
    embedMovie(_moment, movie, out, offset) {
      out[offset] += first + movie;
      now++;
    },
    line: () => ({ slope: 1, intercept: 0 }),
  });
  const scorer: Scorer = { model: "cascade", frozen: [numbered(0), numbered(1000)] };
  const steps: number[] = [];
  for (const work = freezing(scorer, moments);;) {
    now = 0;
    const { done, value } = work.next();
    steps.push(now);
    if (!done) continue;
    assert.deepEqual(value.map((vectors) => [...vectors]), [
      Array.from({ length: N_MOVIES }, (_, movie) => movie),
      Array.from({ length: N_MOVIES }, (_, movie) => 1000 + movie),
    ]);
    assert.ok(value.every(({ buffer }) => buffer instanceof SharedArrayBuffer));
    break;
  }
  assert.deepEqual(steps, [0, 100, 100, 50, 100, 100, 50]);
});
