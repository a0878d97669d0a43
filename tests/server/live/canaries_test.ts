import assert from "@std/assert";
import { encodeSnapshot, type SnapshotParts } from "../../../models/snapshot/snapshot.ts";
import { tryOut } from "../../../server/live/canaries.ts";
import type { Serving } from "../../../server/live/live.ts";
import { recommend } from "../../../server/recommend/recommend.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { servingOfBytes } from "../_serving.ts";

const PARTS = snapshotParts({ users: 20 });
const SERVING = await servingOf(PARTS);

function servingOf(parts: SnapshotParts): Promise<Serving> {
  return servingOfBytes(encodeSnapshot(parts));
}

type List = Parameters<typeof tryOut>[1];
type Item = ReturnType<List>[number];

const real: List = (serving, request) => recommend(serving, request).items;
/** What is served, with one list in `wrong` hands. */
const doctored = (wrong: (items: Item[], userId: number | null) => Item[]): List => (serving, request) =>
  wrong([...real(serving, request)], request.userId);

Deno.test("tryOut() lets what is sound go live, with a champion, without, and with nobody in it", async () => {
  tryOut(SERVING, real);
  tryOut(await servingOf(snapshotParts({ model: "als" })), real);
  tryOut(await servingOf(snapshotParts({ model: "popularity" })), real);
  tryOut(await servingOf(snapshotParts({ hasChampion: false })), real);
  tryOut(await servingOf(snapshotParts({ seenPairs: [] })), real);
});

Deno.test("tryOut() lets a list be empty for who has seen everything, and for nobody else", async () => {
  tryOut(await servingOf(snapshotParts({ seenShare: 1 })), real);
  const none = doctored((items, userId) => userId === SERVING.snapshot.userIds[0] ? [] : items);
  assert.throws(() => tryOut(SERVING, none), /user 3 should get a list: found none of \d+ movies left/);
});

Deno.test("tryOut() refuses scores that are no numbers, whoever gets them", () => {
  for (const broken of [NaN, Infinity]) {
    const list = doctored((items) =>
      items.map((item, i) => i === 9 ? { ...item, rankingScore: broken } : item)
    );
    assert.throws(() => tryOut(SERVING, list), /scores of a guest should be numbers: found .*(NaN|Infinity)/);
    const retrieved = doctored((items, userId) =>
      items.map((item) => userId === null ? item : { ...item, retrievalScore: broken })
    );
    assert.throws(() => tryOut(SERVING, retrieved), /scores of user 3 should be numbers/);
  }
});

Deno.test("tryOut() refuses a movie that was seen, and a list that throws", () => {
  const { rated, userIds } = SERVING.snapshot;
  const last = 2 * Math.floor(userIds.length / 8);
  const seen = rated.entries[rated.offsets[last]] >> 4;
  const again = doctored((items, userId) =>
    userId === userIds[last] ? [{ ...items[0], movie: seen }, ...items] : items
  );
  assert.throws(() => tryOut(SERVING, again), /should see nothing again: found movie \d+/);
  const thrown: List = (serving, request) => {
    if (request.userId === null) throw new TypeError("no table");
    return real(serving, request);
  };
  assert.throws(() => tryOut(SERVING, thrown), /a guest should get a list: found no table/);
});

Deno.test("tryOut() refuses published vectors that are not the model's", async () => {
  const champion = PARTS.champion!;
  const turned = champion.userEmbeddings!.map((x) => -x);
  const other = { ...PARTS, champion: { ...champion, userEmbeddings: turned } };
  const serving = await servingOf(other);
  assert.throws(
    () => tryOut(serving, real),
    /published vector of user 3 should be what test-1 makes of them/,
  );
  // Another day's sums move a vector a little.
  const near = champion.userEmbeddings!.map((x) => x * 1.001);
  tryOut(await servingOf({ ...PARTS, champion: { ...champion, userEmbeddings: near } }), real);
});
