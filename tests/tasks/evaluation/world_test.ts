import assert from "@std/assert";
import { likedFrom, scaleOf } from "../../../tasks/evaluation/scale.ts";
import { readWorld } from "../../../tasks/evaluation/world.ts";
import { createFolder, csv } from "./_files.ts";

const { signal } = new AbortController();

async function read(files: Record<string, string>) {
  await using folder = await createFolder();
  const paths = { train: "" };
  for (const [name, text] of Object.entries(files)) {
    Object.assign(paths, { [name]: await folder.write(name, text) });
  }
  return await readWorld(paths, signal);
}

Deno.test("readWorld() puts train in the order of (timestamp, user, movie), a later rating replacing an earlier", async () => {
  const train = csv(["2,10,3,50", "1,20,4,50", "1,10,5,50", "1,10,2,9", "7,10,1,8"]);
  const { train: ratings, dataset } = await read({ train });
  const rows = Array.from(
    ratings.users,
    (user, i) => [dataset.users.ids[user], ratings.ratings[i], ratings.replaces[i]],
  );
  assert.deepEqual(rows, [[7, 1, NaN], [1, 2, NaN], [1, 5, 2], [1, 4, NaN], [2, 3, NaN]]);
});

Deno.test("readWorld() keeps the file's order where there are no times", async () => {
  const { train, dataset } = await read({ train: csv(["9,1,5", "2,1,4", "9,1,3"], "userId,movieId,rating") });
  assert.deepEqual(Array.from(train.users, (user) => dataset.users.ids[user]), [9, 2, 9]);
  assert.deepEqual([...train.replaces], [NaN, NaN, 5]);
});

Deno.test("readWorld() learns from train only, and knows the ids of all files", async () => {
  const { dataset, test, negatives } = await read({
    train: csv(["1,10,3,1"]),
    test: csv(["5,20,4,2"]),
    negatives: csv(["5,30"], "userId,movieId"),
    movies: 'movieId,title,genres\n10,"Heat, The (1995)",Crime|Drama\n40,No year,(no genres listed)\n',
  });
  assert.deepEqual([...dataset.catalogue.movies.ids], [10, 40, 20, 30]);
  assert.deepEqual([...dataset.catalogue.years], [1995, 0, 0, 0]);
  assert.deepEqual([...dataset.users.ids], [1, 5]);
  const chunks = [];
  for await (const chunk of dataset.ratings()) chunks.push(chunk);
  assert.deepEqual(chunks.map(({ length, users }) => [length, ...users]), [[1, 0]]);
  assert.deepEqual([[...test!.users], [...test!.movies], [...negatives!.movies]], [[1], [2], [3]]);
});

Deno.test("readWorld() reads movies and users in every MovieLens form", async () => {
  const train = csv(["1,10,3,1"]);
  const dat = await read({ train, movies: "10::Heat (1995)::Action|Crime\n", users: "1::F::25::4::12345\n" });
  assert.deepEqual([dat.dataset.catalogue.years[0], dat.genres], [1995, ["Action", "Crime"]]);
  assert.deepEqual(dat.dataset.people!.get(1), { gender: "F", age: 25, occupation: "4" });
  const flags = Array.from({ length: 19 }, (_, i) => i === 1 || i === 5 ? 1 : 0).join("|");
  const item = await read({
    train,
    movies: `10|Heat (1995)|01-Jan-1995||http://x|${flags}\n`,
    users: "1|24|M|writer|12345\n",
  });
  assert.deepEqual([item.dataset.catalogue.years[0], item.genres], [1995, ["Action", "Comedy"]]);
  assert.deepEqual(item.dataset.people!.get(1), { gender: "M", age: 24, occupation: "writer" });
});

Deno.test("scaleOf() leaves stars alone, and stretches other scales to them and back", () => {
  const stars = scaleOf([1, 5, 3]);
  assert.deepEqual([stars.toStars(3), stars.fromStars(3.3), stars.fromStars(9), stars.fromStars(0.5)], [
    3,
    3.3,
    5,
    1,
  ]);
  const percent = scaleOf([0, 100]);
  assert.deepEqual([percent.toStars(0), percent.toStars(100), percent.toStars(50)], [0.5, 5, 2.75]);
  assert.deepEqual([0, 37, 100].map((rating) => Math.round(percent.fromStars(percent.toStars(rating)))), [
    0,
    37,
    100,
  ]);
  const likes = scaleOf([1, 1]);
  assert.deepEqual([likes.toStars(1), likes.fromStars(4)], [5, 1]);
});

Deno.test("scaleOf() gives a threshold the value of the rating that it stands for, as ratings are kept", () => {
  for (const max of [5, 10, 20, 100]) {
    const scale = scaleOf([0, max]);
    const kept = Float32Array.of(scale.toStars(0.8 * max))[0];
    assert.ok(kept >= scale.toStars(likedFrom(scale)), `0 to ${max}`);
  }
});

Deno.test("likedFrom() is 4 of 5, or everything where train holds the liked only", () => {
  assert.equal(likedFrom({ min: 0.5, max: 5 }), 4);
  assert.equal(likedFrom({ min: 1, max: 10 }), 8);
  assert.equal(likedFrom({ min: 3, max: 5 }), -Infinity);
  assert.equal(likedFrom({ min: 1, max: 1 }), -Infinity);
});
