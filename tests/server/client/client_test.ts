import assert from "@std/assert";
import type { InferRequestType, InferResponseType } from "@hono/hono/client";
import { type Client, createClient } from "../../../server/client/client.ts";
import { readKeys } from "../../../server/http/keys.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";

const KEY = "k".repeat(24);
const USER = userIdOf(1);

/** Compiles only when A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never;
const holds = <T extends true>(..._: T[]): void => {};

type List = InferResponseType<Client["users"][":id"]["recommendations"]["$get"], 200>;
type ListQuery = InferRequestType<Client["users"][":id"]["recommendations"]["$get"]>["query"];
type Body = InferRequestType<Client["recommend"]["$post"]>["json"];
type Recommended = InferResponseType<Client["recommend"]["$post"], 200>;

async function client(options: { key?: string } = {}) {
  const access = { keys: readKeys(`shop:read:${KEY}`, "the test"), isLoopback: false };
  const { app } = appOn(await servingOf(snapshotParts()), {}, { access });
  return createClient("http://matinee.example", { ...options, fetch: app.request });
}

Deno.test("createClient() knows the types of requests and answers", () => {
  holds<Same<List["items"][number]["title"], string>>();
  holds<Same<List["items"][number]["year"], number | null>>();
  holds<Same<List["model_version"], string | null>>();
  holds<Same<ListQuery["n"], number | string | undefined>>();
  holds<Same<Body["top_n_final"], number | undefined>>();
  holds<Same<Recommended["recommendations"][number]["ranking_score"], number>>();
  // @ts-expect-error: there is no such parameter
  const wrong: ListQuery = { genrs: "Comedy" };
  assert.ok(wrong);
});

Deno.test("createClient() asks for lists, and posts ratings to fold in", async () => {
  const matinee = await client({ key: KEY });
  const response = await matinee.users[":id"].recommendations.$get({
    param: { id: String(USER) },
    query: { n: 3, genres: ["Comedy", "Drama"] },
  });
  assert.equal(response.status, 200);
  if (!response.ok) return;
  const list = await response.json();
  assert.equal(list.items.length, 3);
  assert.ok(list.items.every(({ genres }) => genres.includes("Comedy") || genres.includes("Drama")));
  const guest = await matinee.recommend.$post({
    json: { ratings: [{ movie_id: 10, rating: 5 }], top_n_final: 2 },
  });
  if (!guest.ok) throw new Error(`status ${guest.status}`);
  const { user_id, recommendations } = await guest.json();
  assert.deepEqual([user_id, recommendations.length], [null, 2]);
});

Deno.test("createClient() hands problems on, with their types", async () => {
  const matinee = await client();
  const response = await matinee.movies[":id"].$get({ param: { id: "10" }, query: {} });
  assert.equal(response.status, 401);
  if (response.status !== 401) return;
  const problem = await response.json();
  assert.equal(problem.type, "urn:matinee:problem:no-key");
});
