import assert from "@std/assert";
import { movieOf } from "../../models/rating_entry.ts";
import { encodeSnapshot, openSnapshot } from "../../models/snapshot/snapshot.ts";
import { slopeOf } from "./_serve_soak.ts";
import { partsOf, shapeOf } from "./_shape.ts";

Deno.test("partsOf() makes long-tailed histories without repeats, a few movies in most of them, and unit vectors", () => {
  const shape = shapeOf(200_000);
  const bytes = encodeSnapshot(partsOf(shape, 1));
  const { rated: { offsets, entries, userIds }, nRatings, champion, recentBy } = openSnapshot(bytes);
  assert.ok(Math.abs(entries.length / shape.ratings - 1) < 0.05, `${entries.length} ratings`);
  const lengths = Array.from(userIds, (_, user) => offsets[user + 1] - offsets[user]).sort((a, b) => a - b);
  const [median, mean] = [lengths[lengths.length >> 1], entries.length / lengths.length];
  assert.ok(median > 50 && median < 100 && mean > 140 && mean < 170, `median ${median}, mean ${mean}`);
  assert.ok(nRatings[0] > 0.4 * userIds.length && nRatings[0] > 5 * nRatings[shape.movies >> 1]);
  const first = Array.from(entries.subarray(offsets[0], offsets[1]), movieOf);
  assert.equal(new Set(first).size, first.length);
  assert.ok(Array.from(recentBy(0), movieOf).every((movie) => first.includes(movie)));
  const { dimension, movieEmbeddings } = champion!;
  const norm = Math.hypot(...movieEmbeddings!.subarray(dimension, 2 * dimension));
  assert.ok(Math.abs(norm - 1) < 1e-6);
});

Deno.test("slopeOf() is the line's, whatever noise lies evenly on both sides", () => {
  const looks = Array.from({ length: 40 }, (_, i) => ({ minutes: i / 4, mib: 300 + 0.5 * i + (-1) ** i }));
  assert.ok(Math.abs(slopeOf(looks) - 2) < 0.05);
});
