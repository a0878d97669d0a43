import assert from "@std/assert";
import fc from "fast-check";
import { readRatingFile } from "../../../tasks/evaluation/rating_file.ts";
import { createFolder, csv } from "./_files.ts";

const { signal } = new AbortController();
const ratings = { of: "ratings", signal } as const;

const rating = fc.record({
  userId: fc.nat(2 ** 31 - 1),
  movieId: fc.nat(9999),
  rating: fc.constantFrom("0.5", "3", "4.5", "-2", "87.25", "1e1"),
  timestamp: fc.oneof(fc.nat(2 ** 32), fc.constant(-5), fc.constant(1.5)),
});
const cell = fc.constantFrom("", "x", '"a, b"', '"two\nlines"', '"it ""is"""', "ü");

Deno.test("readRatingFile() reads what was written: any order of columns, others between, CRLF, a mark", async () => {
  await using folder = await createFolder();
  const columns = ["userId", "movieId", "rating", "timestamp"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(rating, { minLength: 1, maxLength: 30 }),
      fc.shuffledSubarray([...columns, "tag", "note"], { minLength: 6 }),
      fc.record({
        feed: fc.constantFrom("\n", "\r\n"),
        mark: fc.constantFrom("", "\ufeff"),
        isClosed: fc.boolean(),
      }),
      fc.infiniteStream(cell),
      async (rows, order, { feed, mark, isClosed }, cells) => {
        const isColumn = (name: string): name is typeof columns[number] =>
          columns.some((column) => column === name);
        const lines = rows.map((row) =>
          order.map((name) => isColumn(name) ? String(row[name]) : cells.next().value).join()
        );
        const path = await folder.write(
          "f.csv",
          mark + [order.join(), ...lines].join(feed) + (isClosed ? feed : ""),
        );
        const { rows: found, hasTimes } = await readRatingFile(path, ratings);
        assert.ok(hasTimes);
        assert.equal(found.n, rows.length);
        rows.forEach((row, i) => {
          const place = [found.userId[i], found.movieId[i], found.rating[i], found.ratedAt[i]];
          assert.deepEqual(place, [row.userId, row.movieId, Number(row.rating), row.timestamp]);
        });
      },
    ),
    { numRuns: 100, seed: 3 },
  );
});

Deno.test("readRatingFile() takes a file without times, and pairs without ratings", async () => {
  await using folder = await createFolder();
  const path = await folder.write("a.csv", csv(["1,2,3.5", "", "1,3,4"], "user_id,Movie ID,rating"));
  const found = await readRatingFile(path, ratings);
  assert.equal(found.hasTimes, false);
  assert.deepEqual([...found.rows.rating.subarray(0, 2)], [3.5, 4]);
  const pairs = await readRatingFile(path, { of: "pairs", signal });
  assert.deepEqual([...pairs.rows.movieId.subarray(0, pairs.rows.n)], [2, 3]);
});

Deno.test("readRatingFile() refuses what is no rating, with its line", async () => {
  await using folder = await createFolder();
  const head = "userId,movieId,rating,timestamp";
  const cases: [string, RegExp][] = [
    [csv(["1,2,3,4", "1,2,3"]), /line 3 it should have 4 fields: found 3, in "1,2,3"/],
    [csv(["1.5,2,3,4"]), /line 2 userId should be a whole number of 32 bits: found "1.5"/],
    [csv(["1,3000000000,3,4"]), /line 2 movieId .* found "3000000000"/],
    [csv(["1,2,good,4"]), /line 2 rating should be a number: found "good"/],
    [csv(["1,2,nan,4"]), /line 2 rating should be a number: found "nan"/],
    [csv(["1,2,3,today"]), /line 2 timestamp should be a number of seconds: found "today"/],
    [csv(['1,"2,3,4']), /line 2 its quotes do not match/],
    [`${head}\n1,2,3,4\n\n"1\n",2,3,4\n5,x,3,4\n`, /line 6 movieId/],
    [csv([], "a,b"), /line 1 should name the columns userId, movieId, rating: found "a,b"/],
    [csv(["1,2,3,3,4"], "userId,movieId,rating,rating,timestamp"), /name the column rating once/],
  ];
  for (const [text, message] of cases) {
    const path = await folder.write("b.csv", text);
    await assert.rejects(readRatingFile(path, ratings), message);
  }
});
