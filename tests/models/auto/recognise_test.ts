import assert from "@std/assert";
import type { Question } from "../../../models/auto/question.ts";
import { type Cut, recogniseCut } from "../../../models/auto/recognise.ts";
import { IdIndex } from "../../../models/id_index.ts";
import { pick, type Ratings } from "../../../models/ratings.ts";
import { createRng } from "../../../models/rng.ts";
import { datasetOf, ratingsOf, type Row, seededRows } from "../../support/ratings.ts";
import { hasSplits, readCatalogue, readSplit } from "../../support/splits.ts";

const { signal } = new AbortController();
const { catalogue } = seededRows(1);
const rng = createRng(4);
const rows = Array.from({ length: 4000 }, (_, i): Row => [rng.below(80), Math.floor(i / 80), 3]);
const whole = ratingsOf(rows);

/** The cut that is seen in `isAsked` rows of the whole, the others being train. */
function recognise(isAsked: (row: number) => boolean, { hasTimes = true, users = 1000 } = {}): Promise<Cut> {
  const all = Array.from({ length: whole.length }, (_, row) => row);
  const [asked, train] = [pick(whole, all.filter(isAsked)), pick(whole, all.filter((row) => !isAsked(row)))];
  return recogniseCut(
    { ...datasetOf(catalogue, train, 500), users: users1(users) },
    question(asked, hasTimes),
    signal,
  );
}

const users1 = (n: number) => IdIndex.from(Array.from({ length: n }, (_, i) => i));

const question = (asked: Ratings, hasTimes = true): Question => ({
  protocol: "rating",
  users: asked.users,
  ratedAt: hasTimes ? asked.ratedAt : null,
});

/** Rows after each row of the same person. */
const after = (() => {
  const seen = new Map<number, number>();
  return rows.map((_, i) => rows.length - 1 - i).map((row) => {
    const user = rows[row][0];
    seen.set(user, (seen.get(user) ?? -1) + 1);
    return seen.get(user)!;
  }).reverse();
})();

Deno.test("recogniseCut() sees one cut in time, its share and the newcomers after it", async () => {
  const cut = await recognise((row) => row >= 3000);
  assert.deepEqual([cut.kind, cut.share, cut.newRows], ["time", 0.25, 0]);
});

Deno.test("recogniseCut() sees each person's newest: a number of them, or a share", async () => {
  const one = await recognise((row) => after[row] < 2);
  assert.deepEqual([one.kind, one.perPerson, one.people], ["last", 2, 1]);
  const counts = new Map<number, number>();
  for (const [user] of rows) counts.set(user, (counts.get(user) ?? 0) + 1);
  const share = await recognise((row) => after[row] < 0.3 * counts.get(rows[row][0])!);
  assert.equal(share.kind, "last");
  assert.equal(share.perPerson, null);
  assert.ok(Math.abs(share.share - 0.3) < 0.02, `${share.share}`);
});

Deno.test("recogniseCut() sees random rows, of everybody or of a part of the people", async () => {
  const drawn = rows.map(() => rng.uniform());
  const all = await recognise((row) => drawn[row] < 0.1);
  assert.equal(all.kind, "random");
  assert.ok(Math.abs(all.share - 0.1) < 0.03 && all.people > 0.9, JSON.stringify(all));
  const half = await recognise((row) => rows[row][0] < 40 && drawn[row] < 0.4);
  assert.equal(half.kind, "random");
  assert.ok(Math.abs(half.share - 0.4) < 0.05 && half.people === 0.5, JSON.stringify(half));
});

Deno.test("recogniseCut() sees whole people held out, who are new to train but not younger", async () => {
  const cut = await recognise((row) => rows[row][0] % 4 === 0);
  assert.deepEqual([cut.kind, cut.newRows, cut.newPeople], ["users", 1, 0.25]);
});

Deno.test("recogniseCut() without times goes by the number of rows of each person", async () => {
  const one = await recognise((row) => after[row] < 1, { hasTimes: false });
  assert.deepEqual([one.kind, one.perPerson], ["last", 1]);
  const drawn = rows.map(() => rng.uniform());
  assert.equal((await recognise((row) => drawn[row] < 0.2, { hasTimes: false })).kind, "random");
  assert.equal((await recognise((row) => rows[row][0] < 9, { hasTimes: false })).kind, "users");
});

Deno.test("recogniseCut() never looks at movies or stars", async () => {
  const asked = pick(whole, Array.from({ length: 500 }, (_, i) => 3500 + i));
  const train = pick(whole, Array.from({ length: 3500 }, (_, i) => i));
  const before = await recogniseCut(datasetOf(catalogue, train), question(asked), signal);
  train.movies.fill(0);
  train.ratings.fill(1);
  assert.deepEqual(await recogniseCut(datasetOf(catalogue, train), question(asked), signal), before);
});

Deno.test("recogniseCut() of nothing says so", async () => {
  await assert.rejects(recognise(() => false), /found 4000 and 0/);
});

const ignore = !hasSplits();
Deno.test({
  name: "recogniseCut() recognises the shared splits" + (ignore ? " (skipped: no ../shared)" : ""),
  ignore,
  async fn() {
    for (
      const [name, kind, share] of [["mlsmall-last20", "last", 0.2], ["mlsmall-time80", "time", 0.2]] as const
    ) {
      const [movies, users] = [readCatalogue(), new IdIndex()];
      const [train, test] = ["train", "test"].map((part) => readSplit(`${name}/${part}`, movies, users));
      const cut = await recogniseCut({ ...datasetOf(movies, train), users }, question(test), signal);
      assert.equal(cut.kind, kind);
      assert.ok(Math.abs(cut.share - share) < 0.01, `${cut.share}`);
    }
  },
});
