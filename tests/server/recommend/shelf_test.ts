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

Deno.test("titles are searched by their words, and by the years", () => {
  const { titles } = shelfOf(opened(({ titles, years }) => ({
    titles: titles.with(3, "Zyzzyx Rising"),
    years: years.with(0, 2031),
  })));
  assert.deepEqual(titles.search("rising zyzzyx", 5), [3]);
  assert.deepEqual(titles.search("2031", 1), [0]);
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
