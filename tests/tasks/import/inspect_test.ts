import assert from "@std/assert";
import fc from "fast-check";
import { testRun } from "../../support/context.ts";
import { testPool } from "../../support/database.ts";
import clean from "../../../tasks/clean.ts";
import { importArchive } from "../../../tasks/import/archive.ts";
import { type Inspection, inspectSource } from "../../../tasks/import/inspect.ts";
import { mappedSource } from "../../../tasks/import/mapped.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import type { Source } from "../../../tasks/import/source.ts";
import ingest from "../../../tasks/ingest.ts";
import { ask, askOne } from "./_ask.ts";
import { dataFolder, latin1, MOVIES, ratingsCsv } from "./_data_folder.ts";

const NOW = Date.UTC(2026, 2, 1, 2);
const look = (source: Source) => inspectSource(source, { now: NOW });

/** What came of importing `source` into an empty archive and cleaning all of it, in the words of an inspection. */
async function imported(source: Source) {
  await using pool = await testPool();
  await importArchive(pool, source);
  const ALL = { ratings: 1e6, atMost: 1 };
  for (const [kind, day] of [["bootstrap", "2026-03-01"], ["daily", "2026-03-02"]] as const) {
    await using run = await testRun(pool, {
      kind,
      day,
      settings: { bootstrap: ALL, batch: { size: 1e6, atMost: 1 } },
    });
    await run.stage("ingest", ingest);
    await run.stage("clean", clean);
  }
  const n = async (text: string) => Number(await askOne(pool.url, `select ${text}`));
  const rejects = await ask(pool.url, "select reason, count(*) from data_lake_db.rejects group by 1");
  const stars = await ask(pool.url, "select rating * 2, count(*) from data_lake_db.ratings group by 1");
  const span = await ask(pool.url, "select min(rated_at), max(rated_at) from data_lake_db.ratings");
  const histogram = Array<number>(10).fill(0);
  for (const [halfStars, count] of stars) histogram[Number(halfStars) - 1] = Number(count);
  return {
    ratings: await n("count(*) from raw_db.ratings"),
    unparsable: await n("count(*) from raw_db.unparsable"),
    accepted: await n("count(*) from data_lake_db.ratings"),
    users: await n("count(distinct user_id) from data_lake_db.ratings"),
    movies: await n("count(distinct movie_id) from data_lake_db.ratings"),
    catalogue: await n("count(*) from data_lake_db.movies"),
    without_year: await n("count(*) from data_lake_db.movies where year is null"),
    people: await n("count(*) from raw_db.users"),
    rejects: Object.fromEntries(rejects.map(([reason, count]) => [reason, Number(count)])),
    histogram,
    span: span[0][0] === null ? null : span[0],
  };
}

function said(found: Inspection): Awaited<ReturnType<typeof imported>> {
  const { ratings, unparsable, accepted, users, movies, catalogue, histogram, span } = found;
  return {
    ...{ ratings, unparsable, accepted, users, movies, histogram, span },
    catalogue: catalogue.movies,
    without_year: catalogue.without_year,
    people: catalogue.people,
    rejects: Object.fromEntries(Object.entries(found.rejects).map(([reason, { n }]) => [reason, n])),
  };
}

/** A field that is as it should be, mostly. */
const mostly = (sound: fc.Arbitrary<unknown>, ...odd: string[]) =>
  fc.oneof({ weight: 12, arbitrary: sound.map(String) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });

const line = fc.tuple(
  mostly(fc.integer({ min: 1, max: 3 }), "-1", "x", "", "2147483647", "2147483648", "1.0"),
  mostly(fc.integer({ min: 1, max: 3 }), "9", "1e400", "0"),
  mostly(fc.constantFrom(0.5, 3, 4.5, 5), "NaN", "Infinity", "1e400", "4.1", "0", "5.5", "", "-3", '"4.0"'),
  mostly(
    fc.constantFrom(1_000_000_000, 1_000_000_001),
    ...[
      "0",
      "788918399",
      "788918400",
      "788918399.9999999",
      "32503680000",
      "964982703000",
      "-1",
      "NaN",
      "1e300",
    ],
    ...[
      String(NOW / 1000 + 86_400),
      String(NOW / 1000 + 86_401),
      "1000000000.0000001",
      "1000000000.0000002",
      "9224318015999",
    ],
  ),
).map((fields) => fields.join(","));
const lines = fc.array(
  fc.oneof({ weight: 15, arbitrary: line }, {
    weight: 1,
    arbitrary: fc.constantFrom("", '"', "1,2", "1,2,3,4,5", "\0"),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Times that PostgreSQL's microseconds make equal, or sound. */
const SPLIT_MICROSECONDS = [
  "1,1,4,788918399.9999999",
  "2,2,4,1000000000.0000001",
  "1,1,4,1000000000.0000001",
  "3,1,4,1000000000.0000002",
  "2,2,4,1000000000.0000002",
  "2,2,3,1000000000.0000002",
  "2,2,4,1000000000.0000003",
];

Deno.test("inspectSource() says what an import and clean then do", async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.constantFrom("\n", "\r\n"), async (lines, end) => {
      const movies = "movieId,title,genres\n1,A (1990),War\n2,B,\n3,C (1991),Drama\n3,C,Drama\n";
      const sound = "1,1,4,999999999";
      await using folder = await dataFolder({
        "ratings.csv": ratingsCsv([sound, ...lines], { end }),
        "movies.csv": movies,
      });
      const found = await look(await movieLens(folder.path));
      assert.deepEqual(said(found), await imported(await movieLens(folder.path)));
      assert.equal(found.lines, found.ratings + found.unparsable);
      const refused = Object.values(found.rejects).reduce((sum, { n }) => sum + n, 0);
      assert.equal(found.lines, found.accepted + refused);
    }),
    { numRuns: 8, examples: [[SPLIT_MICROSECONDS, "\n"]] },
  );
});

Deno.test("inspectSource() shows the first three lines of each reason, in the order of the file", async () => {
  await using folder = await dataFolder({
    "ratings.csv": ratingsCsv([
      "1,1,4,1000000900",
      "1,1,9,1000000800",
      "1,7,4,1000000700",
      "1,1,9,1000000600",
      "1,1,9,1000000500",
      "1,1,9,1000000400",
      "1,1,4,1000000900",
      "1,1,good,1000000900",
    ]),
    "movies.csv": "\uFEFFmovieId,title,genres\n1,A (1990),\n1,B (1991),War\nx,C (1991),War\n2,D,War\n",
  });
  const { rejects, catalogue, files, accepted } = await look(await movieLens(folder.path));
  const file = `${folder.path}/ratings.csv`;
  assert.equal(accepted, 1);
  assert.deepEqual(rejects, {
    rating_off_scale: {
      n: 4,
      examples: [3, 5, 6].map((line, i) =>
        `${file}:${line} user 1, movie 1, rating 9, time ${[1000000800, 1000000600, 1000000500][i]}`
      ),
    },
    unknown_movie: { n: 1, examples: [`${file}:4 user 1, movie 7, rating 4, time 1000000700`] },
    exact_repeat: { n: 1, examples: [`${file}:8 user 1, movie 1, rating 4, time 1000000900`] },
    unparsable: { n: 1, examples: [`${file}:9 rating is no number: "good"`] },
  });
  assert.deepEqual(catalogue, {
    movies: 2,
    unrated: 1,
    without_year: 1,
    without_genres: 0,
    repeated_lines: 1,
    people: 0,
    broken: { n: 1, examples: [`${folder.path}/movies.csv:4 movie id is no 32-bit whole number: "x"`] },
  });
  assert.deepEqual(files.map(({ role, encoding }) => [role, encoding]), [
    ["ratings", "UTF-8"],
    ["movies", "UTF-8, with a byte order mark"],
  ]);
});

Deno.test("inspectSource() shows repeats in the order of the file, not of time", async () => {
  const lines = [900, 800, 700, 600, 500].map((seconds) => `1,1,4,${1e9 + seconds}`);
  await using folder = await dataFolder({
    "ratings.csv": ratingsCsv([...lines, ...lines]),
    "movies.csv": MOVIES,
  });
  const { exact_repeat } = (await look(await movieLens(folder.path))).rejects;
  assert.equal(exact_repeat?.n, 5);
  assert.deepEqual(exact_repeat?.examples.map((example) => /:(\d+) /.exec(example)?.[1]), ["7", "8", "9"]);
});

Deno.test("inspectSource() knows Latin-1, and times in milliseconds", async () => {
  await using folder = await dataFolder({
    "ratings.csv": latin1(ratingsCsv(["1,1,caf\xE9,1", "1,1,4,964982703000", "2,2,4,964982703000"])),
    "movies.csv": MOVIES,
  });
  const { files, notes, span, users } = await look(await movieLens(folder.path));
  assert.equal(files[0].encoding, "Latin-1, line by line");
  assert.deepEqual([span, users], [null, 0]);
  assert.deepEqual(notes, [
    "Most times are none that a rating can have: they look like milliseconds, wanted seconds since 1970",
  ]);
});
Deno.test("inspectSource() judges mapped data on their own scale, by their own ids", async () => {
  await using folder = await dataFolder({
    "r.csv":
      "who,what,stars,at\nann,m1,10,1000000000\nbob,m1,11,1000000000\nann,m1,10,1000000000\nann,m2,1,1000000001\n",
  });
  const source = () =>
    mappedSource({
      path: `${folder.path}/r.csv`,
      format: "csv",
      columns: { user_id: "who", movie_id: "what", rating: "stars", rated_at: "at" },
      timeForm: "seconds",
      scale: { min: 1, max: 10 },
      isImplicit: false,
    });
  const found = await look(source());
  assert.deepEqual(said(found), await imported(source()));
  assert.match(
    found.rejects.rating_off_scale!.examples[0],
    /:3 user bob, movie m1, rating 11, time 1000000000$/,
  );
});
