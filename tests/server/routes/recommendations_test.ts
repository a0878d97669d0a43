import assert from "@std/assert";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";
import { sent } from "../_writing.ts";

const PARTS = snapshotParts({ hasPeople: true });
const USER = userIdOf(4);
const { app } = appOn(await servingOf(PARTS));

async function post(body: unknown) {
  const response = await app.request("/recommend", sent("POST", body));
  return { status: response.status, body: await response.json() };
}

async function get(path: string) {
  const response = await app.request(path);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

Deno.test("POST /recommend answers for a person in the agreed shape", async () => {
  const { status, body } = await post({ user_id: USER, top_k_retrieve: 30, top_n_final: 3 });
  assert.equal(status, 200);
  const { recommendations, rec_id, ...rest } = body;
  const person = PARTS.people?.get(USER);
  assert.deepEqual(rest, {
    user_id: USER,
    gender: person?.gender,
    age: person?.age,
    occupation: person?.occupation,
    model_version: "test-1",
    source: "two_tower",
    path: "model",
    variant: null,
  });
  assert.match(rec_id, /^test-1\.-\./);
  const { body: list } = await get(`/users/${USER}/recommendations?n=3&retrieve=30`);
  assert.deepEqual(
    recommendations,
    list.items.map(({ score, ...item }: { score: number }) => ({ ...item, ranking_score: score })),
  );
});

Deno.test("POST /recommend without a user answers a guest, and says which ratings told it nothing", async () => {
  const guest = await post({});
  assert.deepEqual(
    [guest.body.user_id, guest.body.gender, guest.body.age, guest.body.occupation, guest.body.path],
    [null, null, null, null, "popularity"],
  );
  assert.equal(guest.body.recommendations.length, 10);
  const rated = await post({ ratings: [{ movie_id: 10, rating: 5 }, { movie_id: 11, rating: 1 }] });
  assert.deepEqual(rated.body.unknown_movies, [11]);
  assert.notEqual(rated.body.path, "popularity");
  const ids = rated.body.recommendations.map(({ movie_id }: { movie_id: number }) => movie_id);
  assert.ok(!ids.includes(10), "what the request rates is seen");
});

Deno.test("POST /recommend names each field that is wrong", async () => {
  const wrong: [body: unknown, field: string, wanted: RegExp][] = [
    [{ user_id: -1 }, "user_id", /whole number from 0/],
    [{ user_id: "x" }, "user_id", /whole number from 0 .*, or key:/],
    [{ ratings: [{ movie_id: 10, rating: 5.5 }] }, "ratings.0.rating", /at most 5/],
    [{ ratings: [{ movie_id: 10, rating: 0.7 }] }, "ratings.0.rating", /multiple of 0\.5/],
    [{ ratings: [{ movie_id: 10 }] }, "ratings.0.rating", /type number/],
    [{ ratings: {} }, "ratings", /type array/],
    [{ top_n_final: 101 }, "top_n_final", /at most 100/],
    [{ top_n_final: 1.5 }, "top_n_final", /whole number/],
    [{ diversity: 2 }, "diversity", /at most 1/],
    [{ genres: ["Comdy"] }, "genres", /did you mean "Comedy"/],
    [{ top_n: 3 }, "top_n", /one of user_id, ratings, .*did you mean "top_n_final"|one of user_id/],
    [{ exclude: ["a"] }, "exclude.0", /whole number|number/],
    [[], "the request", /type object/],
  ];
  for (const [body, field, wanted] of wrong) {
    const answer = await post(body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    const [error] = answer.body.errors;
    assert.equal(error.field, field);
    assert.match(error.wanted, wanted);
  }
});

Deno.test("POST /recommend takes JSON only, and JSON that is some", async () => {
  const send = async (type: string | null, body: string) => {
    const headers: Record<string, string> = type === null ? {} : { "content-type": type };
    const response = await app.request("/recommend", { method: "POST", body, headers });
    return [response.status, (await response.json()).type?.split(":").at(-1)];
  };
  assert.deepEqual(await send("application/json", "{"), [400, "bad-json"]);
  assert.deepEqual(await send("application/json", ""), [400, "bad-json"]);
  assert.deepEqual(await send("text/plain", "{}"), [415, "wrong-type"]);
  assert.deepEqual(await send("application/x-www-form-urlencoded", "a=b"), [415, "wrong-type"]);
  assert.equal((await send("application/json; charset=utf-8", "{}"))[0], 200);
});

Deno.test("GET /users/{id}/recommendations obeys genres, years and exclusions", async () => {
  const { body } = await get(
    `/users/${USER}/recommendations?n=100&genres=Comedy,Drama&year_from=1940&year_to=1970`,
  );
  assert.ok(body.items.length > 3);
  for (const { genres, year } of body.items) {
    assert.ok(genres.includes("Comedy") || genres.includes("Drama"));
    assert.ok(year >= 1940 && year <= 1970);
  }
  const [first, second] = body.items;
  const query =
    `n=100&genres=Comedy&genres=Drama&year_from=1940&year_to=1970&exclude=${first.movie_id},${second.movie_id}`;
  const { body: rest } = await get(`/users/${USER}/recommendations?${query}`);
  assert.deepEqual(
    rest.items.map(({ movie_id }: { movie_id: number }) => movie_id),
    body.items.slice(2).map(({ movie_id }: { movie_id: number }) => movie_id),
  );
});

Deno.test("GET /users/{id}/recommendations names each parameter that is wrong", async () => {
  const wrong: [query: string, field: string, wanted: RegExp][] = [
    ["genrs=Comedy", "genrs", /did you mean "genres"/],
    ["genres=Comdy", "genres", /among Adventure, .*did you mean "Comedy"/],
    ["genres=", "genres", /from 1 to 50 texts/],
    ["year_from=nineteen", "year_from", /whole number from 0 to 9999/],
    ["year_from=1990&year_to=1980", "year_from", /at most year_to, 1980/],
    ["exclude=1,x", "exclude", /movie ids/],
    ["diversity=1.5", "diversity", /number from 0 to 1/],
    ["diversity=1e-1", "diversity", /number from 0 to 1/],
    ["explain=maybe", "explain", /true or false/],
    ["retrieve=0", "retrieve", /from 1 to 1000/],
    ["n=5&n=6", "n", /whole number/],
  ];
  for (const [query, field, wanted] of wrong) {
    const { status, body } = await get(`/users/${USER}/recommendations?${query}`);
    assert.equal(status, 400, query);
    assert.equal(body.errors[0].field, field);
    assert.match(body.errors[0].wanted, wanted);
  }
});

Deno.test("GET /recommend/{model} is an array of ten titles, or of objects", async () => {
  const { body: titles, headers } = await get(`/recommend/two_tower?user_id=${USER}`);
  const { body: list } = await get(`/users/${USER}/recommendations?model=two_tower`);
  assert.deepEqual(titles, list.items.map(({ title }: { title: string }) => title));
  assert.equal(titles.length, 10);
  assert.equal(headers.get("x-rec-id"), list.rec_id);
  assert.deepEqual([headers.get("x-source"), headers.get("x-model-version")], ["two_tower", "test-1"]);
  const { body: full } = await get(`/recommend/two_tower?user_id=${USER}&format=full&n=2`);
  assert.deepEqual(
    full,
    list.items.slice(0, 2).map(({ retrieval_score: _, ...item }: { retrieval_score: number }) => item),
  );
  const { body: guest } = await get("/recommend/popularity");
  assert.equal(guest.length, 10);
  // Which models are registered, the database knows, and this server has none.
  assert.equal((await get("/recommend/nothing")).status, 503);
  assert.equal((await get("/recommend/two_tower?format=csv")).status, 400);
});

Deno.test("rec_id is the same for the same list, and another for another", async () => {
  const idOf = async (path: string) => (await get(path)).body.rec_id;
  const path = `/users/${USER}/recommendations`;
  assert.equal(await idOf(path), await idOf(path));
  const others = await Promise.all([path, `${path}?n=9`, `/users/${userIdOf(5)}/recommendations`].map(idOf));
  assert.equal(new Set(others).size, 3);
});

Deno.test("a genre that the manifest hides is asked for in vain, and the answer says so", async () => {
  const [hidden, shown] = PARTS.genres;
  const hide = { movies: [], genres: [hidden] };
  const { app } = appOn(await servingOf({ ...PARTS, serving: { ...PARTS.serving, hide } }));
  const ask = async (path: string, init?: RequestInit) => await (await app.request(path, init)).json();
  const query = (...genres: string[]) => `genres=${encodeURIComponent(genres.join())}`;
  const lists = [
    await ask(`/users/${USER}/recommendations?${query(hidden.toUpperCase())}`),
    await ask("/recommend", sent("POST", { user_id: USER, genres: [hidden] })),
    await ask(`/movies/popular?window=all&${query(hidden)}`),
    await ask(`/movies/trending?${query(hidden)}`),
    await ask(`/movies/10/similar?${query(hidden)}`),
  ];
  for (const { hidden_genres, items, recommendations = items } of lists) {
    assert.deepEqual([recommendations, hidden_genres], [[], [hidden]]);
  }
  const both = await ask(`/users/${USER}/recommendations?${query(hidden, shown)}`);
  assert.ok(both.items.length > 0);
  assert.deepEqual(both.hidden_genres, [hidden]);
  const other = await ask(`/users/${USER}/recommendations?${query(shown)}`);
  assert.deepEqual([other.hidden_genres, other.items], [undefined, both.items]);
});
