import assert from "@std/assert";
import type { Ratings } from "../../../models/ratings.ts";
import { cutBySplit, shareOf } from "../../../tasks/evaluation/tuning_data.ts";
import { readWorld } from "../../../tasks/evaluation/world.ts";
import { createFolder, csv } from "./_files.ts";

const { signal } = new AbortController();
const question = { protocol: "rating" as const };
/** 900 people with five ratings each. */
const lines = Array.from({ length: 4500 }, (_, i) => `${1 + i % 900},${10 + i % 7},${1 + i % 5},${1000 + i}`);

async function read(text: string) {
  await using folder = await createFolder();
  return await readWorld({ train: await folder.write("train.csv", text) }, signal);
}

const people = ({ users }: Ratings) => new Set(users).size;

Deno.test("shareOf() keeps a share of the people on both sides of a cut by people", async () => {
  const data = cutBySplit(await read(csv(lines)), question, {
    split: { kind: "users", share: 0.3 },
    seed: 1,
  });
  const third = await shareOf(data, 1 / 3, 1);
  for (const part of ["asked", "known"] as const) {
    const found = people(third[part]) / people(data[part]);
    assert.ok(found > 0.23 && found < 0.43, `${part}: ${found}`);
  }
  let [kept, whole] = [0, 0];
  for await (const chunk of third.train.ratings()) kept += people(chunk);
  for await (const chunk of data.train.ratings()) whole += people(chunk);
  assert.ok(kept / whole > 0.28 && kept / whole < 0.39, `learnt from: ${kept} of ${whole}`);
});

Deno.test("cutBySplit() by time refuses ratings without times, and says how to split them", async () => {
  const world = await read(
    csv(lines.map((line) => line.slice(0, line.lastIndexOf(","))), "userId,movieId,rating"),
  );
  for (const split of [{ kind: "time", share: 0.2 }, { kind: "last", of: { count: 1 } }] as const) {
    assert.throws(() => cutBySplit(world, question, { split, seed: 1 }), /goes by timestamps.*random:1\/5/);
  }
  assert.ok(cutBySplit(world, question, { split: { kind: "random", fold: 0, folds: 5 }, seed: 1 }));
});
