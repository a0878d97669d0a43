/** What the server answers where the ids of the data set are texts. */
import assert from "@std/assert";
import { decode, encode } from "../../models/container.ts";
import { encodeSnapshot, openSnapshot } from "../../models/snapshot/snapshot.ts";
import { snapshotParts, userIdOf } from "../support/snapshot.ts";
import { appOn, servingOf } from "./_serving.ts";

const PLAIN = snapshotParts();
const KEYED = {
  ...PLAIN,
  movies: { ...PLAIN.movies, keys: Array.from(PLAIN.movies.ids, (id) => `sku/${id}`) },
  userKeys: Array.from(PLAIN.rated.userIds, (id) => `zoë${id}@x.org`),
};
const USER = userIdOf(4);
const PATH = `/users/key:${encodeURIComponent(`zoë${USER}@x.org`)}`;

const keyed = async () => appOn(await servingOf(KEYED)).app;
const get = async (path: string, app = keyed()) => {
  const response = await (await app).request(path);
  return { status: response.status, body: await response.json() };
};

Deno.test("GET /users/key:{key}/recommendations is the list of the id, with keys", async () => {
  const { body: byKey } = await get(`${PATH}/recommendations?n=3`);
  const { body: byId } = await get(`/users/${USER}/recommendations?n=3`);
  assert.deepEqual(byKey, byId);
  assert.deepEqual([byKey.user_id, byKey.user_key], [USER, `zoë${USER}@x.org`]);
  const plain = await get(
    `/users/${USER}/recommendations?n=3`,
    Promise.resolve(appOn(await servingOf(PLAIN)).app),
  );
  const ids = (list: { items: { movie_id: number }[] }) => list.items.map(({ movie_id }) => movie_id);
  assert.deepEqual(ids(byKey), ids(plain.body));
  for (const { movie_id, movie_key } of byKey.items) assert.equal(movie_key, `sku/${movie_id}`);
  assert.ok(!("user_key" in plain.body) && !("movie_key" in plain.body.items[0]));
});

Deno.test("GET /users/key:{key}/recommendations of somebody unknown lists popular movies", async () => {
  const { status, body } = await get("/users/key:nobody/recommendations");
  assert.deepEqual([status, body.user_id, body.user_key, body.source], [200, null, "nobody", "popularity"]);
  assert.equal(body.items.length, 10);
});

Deno.test("GET /users/key:{key} and /movies/key:{key} say what is known, or that nothing is", async () => {
  const { body: user } = await get(PATH);
  assert.deepEqual([user.user_id, user.user_key], [USER, `zoë${USER}@x.org`]);
  const { body: movie } = await get("/movies/key:sku%2F30");
  assert.deepEqual([movie.movie_id, movie.movie_key], [30, "sku/30"]);
  const stranger = await get("/users/key:nobody");
  assert.deepEqual([stranger.status, stranger.body.detail], [404, 'No ratings of user "nobody" are known.']);
  const missing = await get("/movies/key:");
  assert.deepEqual([missing.status, missing.body.detail], [404, 'The archive has no movie "".']);
});

Deno.test("GET /users/key:{key} where ids are numbers says so", async () => {
  const { status, body } = await get(PATH, Promise.resolve(appOn(await servingOf(PLAIN)).app));
  assert.equal(status, 400);
  assert.equal(body.detail, "Cannot look a user up by key as the ids of this archive are numbers.");
});

Deno.test("openSnapshot() refuses keys that contradict themselves", () => {
  const { header, arrays } = decode(encodeSnapshot(KEYED));
  const broken: [string, (array: Int32Array) => unknown][] = [
    ["user_key_order", (order) => order[0] = order.length],
    ["movie_key_offsets", (offsets) => offsets[1] = 2 ** 30],
  ];
  for (const [name, spoil] of broken) {
    const copy = arrays[name].slice();
    spoil(copy as Int32Array);
    assert.throws(
      () => openSnapshot(encode({ header, arrays: { ...arrays, [name]: copy } })),
      SyntaxError,
      name,
    );
  }
});
