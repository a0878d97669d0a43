import assert from "@std/assert";
import { encodeSnapshot, openSnapshot, type SnapshotParts } from "../../../models/snapshot/snapshot.ts";
import { shelfOf } from "../../../server/recommend/shelf.ts";
import { snapshotParts } from "../../support/snapshot.ts";

const opened = (
  change: (movies: SnapshotParts["movies"]) => Partial<SnapshotParts["movies"]> = () => ({}),
) => {
  const parts = snapshotParts({ seed: 1 });
  return openSnapshot(encodeSnapshot({ ...parts, movies: { ...parts.movies, ...change(parts.movies) } }));
};
const stocked = (...[snapshot, before]: [ReturnType<typeof opened>, ReturnType<typeof opened> | null]) => {
  for (const _ of shelfOf(snapshot).stocking(before));
  return shelfOf(snapshot);
};
const renamed = ({ titles }: SnapshotParts["movies"]) => ({ titles: titles.with(3, "Zyzzyx Rising") });

Deno.test("stocking() takes the words of equal titles over, and makes those of others anew", () => {
  const before = opened();
  const { words } = stocked(before, null);
  assert.ok(words);
  const after = stocked(opened(({ years }) => ({ years: years.with(0, 2031) })), before);
  assert.equal(after.words, words);
  assert.deepEqual(after.titles.search("2031", 1), [0]);
  const other = stocked(opened(renamed), before);
  assert.notEqual(other.words, words);
  assert.deepEqual(other.titles.search("zyzzyx", 5), [3]);
});

Deno.test("stocking() does without the words of a shelf that has none yet", () => {
  assert.deepEqual(stocked(opened(renamed), opened(renamed)).titles.search("rising zyzzyx", 5), [3]);
});

Deno.test("titles are searched without stocking, too", () => {
  const shelf = shelfOf(opened(renamed));
  assert.equal(shelf.words, null);
  assert.deepEqual(shelf.titles.search("zyzzyx", 5), [3]);
});

Deno.test("byPopularity goes down by count, whatever its size, and up by index among equal ones", () => {
  const some = [70_000, 3, 65_536, 3, 2 ** 32 - 1, 0, 131_072];
  const { byPopularity } = shelfOf(
    opened(({ nRatings }) => ({ nRatings: nRatings.map((_, movie) => some[movie] ?? 1) })),
  );
  const expected = [4, 6, 0, 2, 1, 3];
  assert.deepEqual([...byPopularity.subarray(0, 6)], expected);
  assert.equal(byPopularity.at(-1), 5);
  assert.equal(new Set(byPopularity).size, byPopularity.length);
});
