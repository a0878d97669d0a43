/** The examples of the README's "Your own data", as a person would run them: from a table to a list for a key. */
import assert from "@std/assert";
import { join } from "node:path";
import { type Checkout, createCheckout } from "../support/checkout.ts";
import { writeParquet } from "../support/parquet.ts";
import { appOn, servingOfBytes } from "../server/_serving.ts";

const README = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** The manifests of the section, by their names. */
function examples(): Record<string, string> {
  const section = README.split(/^(?=## )/m).find((part) => part.startsWith("## Your own data")) ?? "";
  const blocks = Array.from(section.matchAll(/```yaml\n(.*?)```/gs), ([, text]) => text);
  return Object.fromEntries(blocks.map((text) => [/name: (\w+)/.exec(text)![1], text]));
}

/** 4,000 events of 80 people and 60 items, in no order of time, without a die. */
const EVENTS = Array.from({ length: 4_000 }, (_, i) => {
  const [user, item] = [(i * 7) % 80, Math.floor(Math.sqrt((i * 7919) % 3600))];
  const at = 1_600_000_000 + ((i * 4801) % 4_000) * 600;
  return { user: `ann${user}@example.org`, item: `sku/${item}`, stars: 1 + (user * 3 + item) % 10, at };
});

async function ok(checkout: Checkout, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await checkout.run(args);
  assert.equal(code, 0, stderr);
  return stdout + stderr;
}

/** What the server would answer at `path` from the newest snapshot. */
async function served(checkout: Checkout, path: string) {
  const artifacts = join(checkout.path, ".matinee/artifacts");
  const pointer = JSON.parse(await Deno.readTextFile(join(artifacts, "current.json")));
  const serving = await servingOfBytes(await Deno.readFile(join(artifacts, pointer.snapshot)));
  const response = await appOn(serving).app.request(path);
  return { snapshot: serving.snapshot, body: await response.json() };
}

Deno.test("README's shop: texts as ids, a scale of its own, items with kinds, from CSV to a list", async () => {
  await using checkout = await createCheckout({ manifest: examples().shop });
  const data = join(checkout.path, "data");
  await Deno.mkdir(data);
  const ratings = EVENTS.map(({ user, item, stars, at }) =>
    `${stars},${new Date(at * 1000).toISOString()},${item},${user}`
  );
  await Deno.writeTextFile(
    join(data, "ratings.csv"),
    ["stars,rated,sku,customer", ...ratings, ""].join("\n"),
  );
  const items = Array.from(
    { length: 60 },
    (_, i) => `sku/${i},"Item, no. ${i}","${["Tools", "Toys"][i % 2]},New"`,
  );
  await Deno.writeTextFile(join(data, "items.csv"), ["sku,name,kinds", ...items, ""].join("\n"));

  const said = await ok(checkout, ["import"]);
  assert.match(said, /rated is read as ISO 8601/);
  assert.match(said, /The user ids are texts: 80 of them get numbers/);
  assert.match(await ok(checkout, ["import"]), /it is all in/);
  await ok(checkout, ["daily"]);
  const status = JSON.parse((await checkout.run(["status", "--json"])).stdout);
  assert.deepEqual([status.raw.ratings, status.balanced, status.label], [4_000, true, "ratings"]);
  assert.equal(status.champion.model, "two_tower");
  const { snapshot, body } = await served(checkout, "/users/key:ann7%40example.org/recommendations?n=5");
  assert.deepEqual([body.user_key, body.source], ["ann7@example.org", "two_tower"]);
  const seen = new Set(EVENTS.filter(({ user }) => user === "ann7@example.org").map(({ item }) => item));
  assert.ok(body.items.length > 0);
  for (const { movie_key, title, genres } of body.items) {
    const i = Number(movie_key.slice("sku/".length));
    assert.deepEqual([title, genres], [`Item, no. ${i}`, [["Tools", "Toys"][i % 2], "New"]]);
    if (snapshot.batchId > 0) continue;
    assert.ok(!seen.has(movie_key));
  }
});

Deno.test("README's plays: interactions in Parquet, popularity, and a clear word on what else there is", async () => {
  const manifest = examples().plays;
  await using checkout = await createCheckout({ manifest });
  const plays = join(checkout.path, "data/plays");
  await Deno.mkdir(plays, { recursive: true });
  for (const part of [0, 1]) {
    const rows = EVENTS.filter((_, i) => i % 2 === part);
    writeParquet(join(plays, `part-${part}.parquet`), [
      { name: "played_at", values: rows.map(({ at }) => at) },
      { name: "listener", values: rows.map(({ user }) => user) },
      { name: "track", values: rows.map(({ item }) => item) },
    ]);
  }
  const wrong = join(checkout.path, "wrong.yaml");
  await Deno.writeTextFile(wrong, manifest.replace("popularity", "two_tower"));
  const refused = await checkout.run(["daily", "--manifest", wrong]);
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /Cannot train "two_tower" on this archive as its rows are interactions/);
  assert.match(refused.stderr, /wrong\.yaml:\d+:11/);

  await ok(checkout, ["daily"]);
  const { body } = await served(checkout, "/users/key:ann7%40example.org/recommendations?n=5");
  assert.deepEqual([body.user_key, body.source], ["ann7@example.org", "popularity"]);
  assert.ok(body.items.every(({ movie_key }: { movie_key: string }) => movie_key.startsWith("sku/")));
});

Deno.test("a column that the data lack is shown where the manifest names it", async () => {
  await using checkout = await createCheckout({ manifest: examples().shop });
  await Deno.mkdir(join(checkout.path, "data"));
  const path = join(checkout.path, "data/ratings.csv");
  await Deno.writeTextFile(path, "star,rated,sku,customer\n3,2020-01-01,a,b\n");
  const { code, stderr } = await checkout.run(["import"]);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot find the column "stars" in ".*data\/ratings\.csv"/);
  assert.match(stderr, /pipeline\.yaml:4:\d+/);
  assert.match(stderr, /did you mean star\?/);
});
