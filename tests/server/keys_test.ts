/** What the server answers where the ids of the data set are texts. */
import assert from "@std/assert";
import { decode, encode } from "../../models/container.ts";
import { encodeSnapshot, openSnapshot } from "../../models/snapshot/snapshot.ts";
import { snapshotParts, userIdOf } from "../support/snapshot.ts";
import type { Pool } from "../../sql/db.ts";
import type { Notice } from "../../server/writes/bulletin.ts";
import { testPool } from "../support/database.ts";
import { appOn, servingOf } from "./_serving.ts";
import { sent, writingApp } from "./_writing.ts";

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

/** The application on the archive's keys, without that of whom `gone` numbers; what is posted is told at once. */
async function writing(pool: Pool, gone?: number) {
  const serving = await servingOf(KEYED);
  const rows = [...PLAIN.rated.userIds].map((id, i) => `(${id}, '${KEYED.userKeys[i]}')`);
  await pool.script(`
    insert into raw_db.user_keys values ${rows};
    delete from raw_db.user_keys where user_id = ${gone ?? -1}`);
  if (gone !== undefined) serving.newer.append([{ kind: "erased", userId: gone }]);
  const bulletin = { append: (notices: readonly Notice[]) => void serving.newer.append(notices) };
  return writingApp(pool, serving, { bulletin }).app;
}

Deno.test("whoever was erased after the snapshot: no answer tells the key of the number, nor the number of the key", async () => {
  await using pool = await testPool();
  const app = await writing(pool, USER);
  const text = async (path: string) => await (await app.request(path)).text();
  for (const path of ["/recommendations", "/why-not/30", "/ratings", ""]) {
    const ofNumber = await text(`/users/${USER}${path}`);
    assert.ok(!ofNumber.includes("zoë"), `${path}: ${ofNumber}`);
    const ofKey = JSON.parse(await text(`${PATH}${path}`));
    assert.ok(ofKey.status === 404 || ofKey.user_id === null, `${path}: ${JSON.stringify(ofKey)}`);
  }
  const body = { user_id: `key:${KEYED.userKeys[4]}` };
  const { user_id } = await (await app.request("/recommend", sent("POST", body))).json();
  assert.equal(user_id, null);
});

Deno.test("whoever comes back after an erasure is somebody new", async () => {
  await using pool = await testPool();
  const app = Promise.resolve(await writing(pool, USER));
  const rating = { user_key: KEYED.userKeys[4], movie_id: 30, rating: 4 };
  assert.equal((await (await app).request("/ratings", sent("POST", rating))).status, 202);
  const { body } = await get(PATH, app);
  assert.deepEqual([body.user_id === USER, body.n_rated], [false, 1]);
  const known = await pool.rows("serve/user_of_key", [KEYED.userKeys[4]]);
  assert.deepEqual(known, [{ user_id: body.user_id }]);
});

Deno.test("whoever came after the snapshot is known by key: what they rated or hid is on no list", async () => {
  await using pool = await testPool();
  const app = Promise.resolve(await writing(pool));
  const listed = async () =>
    (await get("/users/key:ada/recommendations?n=100", app)).body.items.map((
      { movie_id }: { movie_id: number },
    ) => movie_id);
  const [first, second, ...rest] = await listed();
  const rating = { user_key: "ada", movie_id: first, rating: 4 };
  assert.equal((await (await app).request("/ratings", sent("POST", rating))).status, 202);
  assert.equal((await (await app).request(`/users/key:ada/hidden/${second}`, { method: "PUT" })).status, 204);
  assert.deepEqual(new Set(await listed()), new Set(rest));
  assert.equal((await get("/users/key:%00", app)).status, 404);
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
