import assert from "@std/assert";
import { inspectSource } from "../../../tasks/import/inspect.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { type ArchiveVerdict, inspectionLines } from "../../../tasks/runner/inspection.ts";
import { dataFolder, ratingsCsv } from "../import/_data_folder.ts";

const archive: ArchiveVerdict = {
  action: "unknown",
  reason: "its database does not run, so it was not asked",
};

Deno.test("inspectionLines() is what a person wants to know before an import", async () => {
  await using folder = await dataFolder({
    "ml/ratings.csv": ratingsCsv([
      "1,1,4,1000000000",
      "1,1,4,1000000000",
      "2,1,\x1b[2J,1",
      "3,2,9,1100000000",
    ]),
    "ml/movies.csv": "movieId,title,genres\n1,A (1990),War\n\x1b[31m,B,War\n",
  });
  const found = await inspectSource(await movieLens(`${folder.path}/ml`), { now: Date.UTC(2026, 0) });
  const text = inspectionLines(found, { archive, freeMemory: 8e9 }).join("\n").replaceAll(folder.path, "PATH")
    .replace(/─{10,}$/m, "───");
  assert.equal(
    text,
    `\
ml: PATH/ml

file     size    encoding  path
───────  ──────  ────────  ───
ratings  0.0 MB  UTF-8     PATH/ml/ratings.csv
movies   0.0 MB  UTF-8     PATH/ml/movies.csv

Lines      4 = 3 ratings + 1 unparsable
Taken      1 ratings of 1 users and 1 movies, 2001-09-09 to 2001-09-09
Stars      4 to 4 in whole stars, 0.5 ▁▁▁▁▁▁▁█▁▁ 5
Refused    3, each kept with its reason:
  1 rating_off_scale
    PATH/ml/ratings.csv:5 user 3, movie 2, rating 9, time 1100000000
  1 exact_repeat
    PATH/ml/ratings.csv:3 user 1, movie 1, rating 4, time 1000000000
  1 unparsable
    PATH/ml/ratings.csv:4 rating is no number: "\\u001b[2J"
Movies     1: 0 without a rating, 0 without a year, 0 without genres, 0 lines that a later one replaces
  1 left out of movies or users
    PATH/ml/movies.csv:3 movie id is no 32-bit whole number: "\\u001b[31m"
Memory     1.3 MB for the ratings while they are imported, 8000 MB are free: it fits
Archive    its database does not run, so it was not asked`,
  );
  const tight = inspectionLines(found, { archive, freeMemory: 1 });
  assert.ok(tight.some((line) => line.endsWith("IT DOES NOT FIT")));
});
