import assert from "@std/assert";
import fc from "fast-check";
import type { Question } from "../../../models/auto/question.ts";
import { cutLike } from "../../../models/auto/validation.ts";
import type { Dataset } from "../../../models/dataset.ts";
import { join, type Ratings } from "../../../models/ratings.ts";
import { IdIndex } from "../../../models/id_index.ts";
import { countedUsers, datasetOf, ratingsOf, type Row, seededRows } from "../../support/ratings.ts";
import { hasSplits, readCatalogue, readSplit } from "../../support/splits.ts";

const { signal } = new AbortController();
const { catalogue } = seededRows(1);

async function collect({ ratings }: Dataset): Promise<Ratings> {
  const chunks: Ratings[] = [];
  for await (const chunk of ratings()) chunks.push(chunk);
  return join(chunks);
}

const pairsOf = ({ users, movies }: Ratings) => Array.from(users, (user, row) => `${user} ${movies[row]}`);

/** A question that was cut from the end, or by person, of a whole like `rows`. */
function questionOf(kind: number, rows: Row[]): Question {
  const count = Math.ceil(rows.length / 5);
  const users = kind === 0
    ? rows.slice(-count).map(([user]) => user)
    : kind === 1
    ? [...new Set(rows.map(([user]) => user))]
    : rows.filter((_, i) => i % 4 === 0).map(([user]) => user + (kind === 3 ? 40 : 0));
  const ratedAt = kind === 0 ? users.map(() => 9_000_000) : users.map((_, i) => 1_000_000 + i);
  return { protocol: "rating", users: Int32Array.from(users), ratedAt: Float64Array.from(ratedAt) };
}

Deno.test("cutLike() parts train: no pair on both sides, nothing made up, the same for the same seed", async () => {
  const row = fc.tuple(fc.nat(12), fc.nat(59), fc.constantFrom(1, 3, 5));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 40, maxLength: 120 }),
      fc.nat(3),
      fc.nat(99),
      async (rows, kind, seed) => {
        const dataset = datasetOf(catalogue, ratingsOf(rows), 17);
        const options = { question: questionOf(kind, rows), seed, signal };
        const one = await cutLike(dataset, options).catch((error) => error as Error);
        if (one instanceof Error) return assert.match(one.message, /both parts need ratings/);
        const train = await collect(one.train);
        const inTrain = new Set(pairsOf(train));
        const asked = pairsOf(one.asked);
        assert.equal(new Set(asked).size, asked.length);
        assert.ok(!asked.some((pair) => inTrain.has(pair)), "a pair that is asked about stands in train");
        const whole = ratingsOf(rows);
        const stars = new Map(pairsOf(whole).map((pair, i) => [pair, whole.ratings[i]]));
        asked.forEach((pair, i) => assert.equal(one.asked.ratings[i], stars.get(pair)));
        assert.ok(train.ratingIds.every((id, i) => i === 0 || id > train.ratingIds[i - 1]));
        const again = await cutLike(dataset, options);
        assert.deepEqual(again.asked, one.asked);
        assert.deepEqual(await collect(again.train), train);
      },
    ),
    { numRuns: 60, seed: 5 },
  );
});

Deno.test("cutLike() keeps what inner train's rows replace as it is", async () => {
  const rows = seededRows(600).rows;
  const dataset = datasetOf(catalogue, ratingsOf(rows));
  const train = await collect(
    (await cutLike(dataset, { question: questionOf(1, rows), seed: 3, signal })).train,
  );
  const current = new Map<string, number>();
  pairsOf(train).forEach((pair, row) => {
    assert.ok(Object.is(train.replaces[row], current.get(pair) ?? NaN));
    current.set(pair, train.ratings[row]);
  });
});

const ignore = !hasSplits();
const unless = ignore ? " (skipped: ../shared/data/splits is not there)" : "";

function world(name: string) {
  const [movies, users] = [readCatalogue(), new IdIndex()];
  const [train, test] = ["train", "test"].map((part) => readSplit(`${name}/${part}`, movies, users));
  const question: Question = { protocol: "rating", users: test.users, ratedAt: test.ratedAt };
  return { dataset: { ...datasetOf(movies, train), users }, train, question };
}

Deno.test({
  name: "cutLike() asks for as many newcomers as the question does: 90 % on time80" + unless,
  ignore,
  async fn() {
    const { dataset, train, question } = world("mlsmall-time80");
    const validation = await cutLike(dataset, { question, seed: 1, signal });
    const known = new Set((await collect(validation.train)).users);
    const cold = validation.asked.users.filter((user) => !known.has(user)).length / validation.asked.length;
    assert.ok(Math.abs(cold - validation.cut.newRows) < 0.03, validation.reason);
    assert.ok(validation.asked.length > 0.1 * train.length, validation.reason);
    assert.match(validation.reason, /^one cut in time, as train has 0/);
  },
});

Deno.test({
  name: "cutLike() asks for the newest fifth of each person's on last20" + unless,
  ignore,
  async fn() {
    const { dataset, train, question } = world("mlsmall-last20");
    const { asked, cut } = await cutLike(dataset, { question, seed: 1, signal });
    assert.equal(cut.kind, "last");
    assert.ok(Math.abs(asked.length / train.length - 0.2) < 0.01, `${asked.length / train.length}`);
  },
});

Deno.test("cutLike() holds out whole people when the question does, and says when there is nothing to cut", async () => {
  const { rows } = seededRows(2000);
  const dataset = { ...datasetOf(catalogue, ratingsOf(rows)), users: countedUsers(100) };
  const { asked, train } = await cutLike(dataset, { question: questionOf(3, rows), seed: 2, signal });
  const known = new Set((await collect(train)).users);
  assert.ok(asked.users.every((user) => !known.has(user)));
  const one = datasetOf(catalogue, ratingsOf([[0, 1, 5]]));
  await assert.rejects(cutLike(one, { question: questionOf(1, [[0, 2, 3]]), seed: 1, signal }), /both parts/);
});
