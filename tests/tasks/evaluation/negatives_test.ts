import assert from "@std/assert";
import { drawNegatives } from "../../../tasks/evaluation/negatives.ts";
import { readWorld } from "../../../tasks/evaluation/world.ts";
import { createFolder, csv, seededLines } from "./_files.ts";

const { signal } = new AbortController();
const lines = seededLines(200);

async function world() {
  await using folder = await createFolder();
  const train = await folder.write("train.csv", csv(lines.slice(0, 150)));
  const test = await folder.write("test.csv", csv(lines.slice(150)));
  const found = await readWorld({ train, test }, signal);
  return { ...found, test: found.test! };
}

Deno.test("drawNegatives() draws movies that the person rated nowhere, each once a row, by its seed", async () => {
  const given = await world();
  const { users, movies } = drawNegatives(given, { count: 5, seed: 1 });
  assert.equal(users.length, 5 * given.test.users.length);
  const rated = new Set(lines.map((line) => line.split(",").slice(0, 2).join()));
  const { users: people, catalogue } = given.dataset;
  users.forEach((user, i) => {
    assert.equal(user, given.test.users[Math.floor(i / 5)]);
    assert.ok(!rated.has(`${people.ids[user]},${catalogue.movies.ids[movies[i]]}`));
  });
  for (let row = 0; row < given.test.users.length; row++) {
    assert.equal(new Set(movies.subarray(5 * row, 5 * row + 5)).size, 5);
  }
  assert.deepEqual(drawNegatives(given, { count: 5, seed: 1 }).movies, movies);
  assert.notDeepEqual(drawNegatives(given, { count: 5, seed: 2 }).movies, movies);
});

Deno.test("drawNegatives() says whose movies are too few", async () => {
  const given = await world();
  assert.throws(() => drawNegatives(given, { count: 25, seed: 1 }), /25 negatives for user \d+ .* found \d+/);
});
