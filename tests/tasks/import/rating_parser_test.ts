import assert from "@std/assert";
import fc from "fast-check";
import { createRng } from "../../../models/rng.ts";
import { DataError } from "../../../tasks/import/errors.ts";
import { type Layout, RatingParser } from "../../../tasks/import/rating_parser.ts";
import { HEADER, ratingsCsv } from "./_data_folder.ts";

const rng = createRng(1);

type Parsed = [userId: number, movieId: number, rating: number, ratedAt: number, line: number];

function parse(
  content: string | Uint8Array,
  { layout = "csv", chunk = 7 }: { layout?: Layout; chunk?: number } = {},
) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const parser = new RatingParser("ratings", layout);
  for (let from = 0; from < bytes.length; from += chunk) parser.feed(bytes.subarray(from, from + chunk));
  parser.finish();
  const { n, userId, movieId, rating, ratedAt, line } = parser.ratings;
  const rows = Array.from(
    { length: n },
    (_, i): Parsed => [userId[i], movieId[i], rating[i], ratedAt[i], line[i]],
  );
  return { rows, unparsable: parser.unparsable, parser };
}

const refused = (line: string) => {
  const { rows, unparsable } = parse(ratingsCsv(["1,2,3.5,4", line, "5,6,4,7"]));
  assert.equal(rows.length, 2);
  assert.deepEqual(unparsable.map((found) => [found.line, found.text]), [[3, line]]);
  return unparsable[0].reason;
};

Deno.test("RatingParser reads every layout", () => {
  assert.deepEqual(parse(ratingsCsv(["1,31,2.5,1260759144", "7,5952,4.0,851868750"])).rows, [
    [1, 31, 2.5, 1260759144, 2],
    [7, 5952, 4, 851868750, 3],
  ]);
  assert.deepEqual(parse("196\t242\t3\t881250949\n186\t302\t3.5\t 891717742\r\n", { layout: "tab" }).rows, [
    [196, 242, 3, 881250949, 1],
    [186, 302, 3.5, 891717742, 2],
  ]);
  assert.deepEqual(parse("1::1193::5::978300760\n6040::1097::0.5::956715569", { layout: "dat" }).rows, [
    [1, 1193, 5, 978300760, 1],
    [6040, 1097, 0.5, 956715569, 2],
  ]);
});

Deno.test("RatingParser reads any rating back, however the bytes are cut", () => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.oneof(fc.integer({ min: 1, max: 10 }).map((half) => half / 2), fc.double({ noDefaultInfinity: true })),
    fc.oneof(fc.nat({ max: 2e9 }), fc.integer({ min: -1e11, max: 9e12 }), fc.constant(1.5e9 + 0.25)),
  );
  const end = fc.constantFrom("\n", "\r\n");
  const chunk = fc.integer({ min: 1, max: 90 });
  fc.assert(fc.property(fc.array(row, { minLength: 1 }), end, chunk, (rows, end, chunk) => {
    const text = ratingsCsv(rows.map((fields) => fields.join(",")), { end });
    const wanted = rows.map((fields, i) => [...fields.map((value) => value + 0), i + 2]);
    assert.deepEqual(parse(text, { chunk }).rows, wanted);
    assert.deepEqual(parse(text.trimEnd(), { chunk }).rows, wanted, "without the last newline");
  }));
});

Deno.test("RatingParser finds columns by name, quotes and all", () => {
  const text = '\uFEFFTimestamp,"rating",USER_ID,tag,movieId\r\n9,"4.5","1","a, ""b""",2\r\n8,3,1,,5\r\n';
  assert.deepEqual(parse(text).rows, [[1, 2, 4.5, 9, 2], [1, 5, 3, 8, 3]]);
});

Deno.test("RatingParser keeps absurd values that are numbers, as received", () => {
  const { rows, unparsable } = parse(
    ratingsCsv(["1,2,NaN,4", "1,2,7.5,32503680000", "1,2,-1e3,-4", "1,0,4.1,4.5"]),
  );
  assert.deepEqual(rows.map((row) => row.slice(0, 4)), [
    [1, 2, NaN, 4],
    [1, 2, 7.5, 32503680000],
    [1, 2, -1000, -4],
    [1, 0, 4.1, 4.5],
  ]);
  assert.equal(unparsable.length, 0);
});

const REFUSALS: [string, RegExp][] = [
  ["1,2,3", /wanted 4 fields: found 3/],
  ["1,2,3,4,5", /wanted 4 fields: found 5/],
  ["abc,2,3,4", /user id is no whole number: "abc"/],
  ["1.5,2,3,4", /user id is no whole number: "1\.5"/],
  ["2147483648,2,3,4", /user id is outside 32 bits: "2147483648"/],
  ["1,99999999999999999999,3,4", /movie id is outside 32 bits/],
  ["-1,2,3,4", /user id is below 0: "-1"/],
  ["1,-2,3,4", /movie id is below 0: "-2"/],
  ["1,,3,4", /movie id is no whole number: ""/],
  ["1,2,good,4", /rating is no number: "good"/],
  ["1,2,,4", /rating is no number: ""/],
  ["1,2,3,yesterday", /timestamp is no number of seconds: "yesterday"/],
  ["1,2,3,NaN", /timestamp is no number of seconds/],
  ["1,2,3,9224318016000", /timestamp is outside what a date can hold/],
  ['1,2,"3,4', /quotes do not match/],
  ["", /line is empty/],
  ["'); drop table raw_db.ratings; --", /wanted 4 fields: found 1/],
];
for (const [line, reason] of REFUSALS) {
  Deno.test(`RatingParser refuses ${JSON.stringify(line)}`, () => assert.match(refused(line), reason));
}

Deno.test("RatingParser takes empty lines at the end for nothing", () => {
  const { rows, unparsable } = parse(ratingsCsv(["1,2,3,4", "", ""], { end: "\r\n" }));
  assert.deepEqual([rows.length, unparsable.length], [1, 0]);
});

Deno.test("RatingParser keeps 1000 characters of a line, and no NUL", () => {
  const { unparsable } = parse(ratingsCsv(["1,2,3,4", "\0".repeat(3000)]));
  assert.equal(unparsable[0].text, "\uFFFD".repeat(1000));
});

Deno.test("RatingParser steps over a line that is longer than its buffer", () => {
  const long = "9".repeat(2_500_000);
  const { rows, unparsable } = parse(ratingsCsv(["1,2,3,4", long, "5,6,4,7"]), { chunk: 100_000 });
  assert.deepEqual(rows.map((row) => row[4]), [2, 4]);
  assert.deepEqual([unparsable.length, unparsable[0].line, unparsable[0].text.length], [1, 3, 1000]);
});

Deno.test("RatingParser reads other encodings line by line", () => {
  const bytes = Uint8Array.from(ratingsCsv(["1,2,caf\xE9,4", "1,2,3,4"]), (c) => c.charCodeAt(0));
  assert.equal(parse(bytes).unparsable[0].text, "1,2,café,4");
});

const UNREADABLE: [string, string | Uint8Array, RegExp][] = [
  ["nothing", "", /^DataError: Cannot read "ratings" as it is empty$/],
  ["a header alone", `${HEADER}\n`, /as it has no rating$/],
  [
    "no header",
    "1,2,3,4\n",
    /its line 1 should name the columns userId, movieId, rating, timestamp: found "1,2,3,4"/,
  ],
  ["the wrong file", "movieId,title,genres\n1,Heat (1995),Action\n", /should name the columns userId/],
  ["nothing but broken lines", `${HEADER}\nx,2,3,4\n`, /no rating: line 2, user id is no whole number: "x"/],
  ["garbage", Uint8Array.from({ length: 60_000 }, () => rng.below(256)), /should name the columns/],
  ["garbage without a newline", new Uint8Array(3_000_000).fill(200), /should name the columns/],
];
for (const [name, content, wanted] of UNREADABLE) {
  Deno.test(`RatingParser says why it cannot read ${name}`, () => {
    assert.throws(() => parse(content, { chunk: 50_000 }), (error: unknown) => {
      assert.ok(error instanceof DataError);
      assert.match(String(error), wanted);
      return true;
    });
  });
}

Deno.test("RatingParser gives up on a file that is something else", () => {
  const parser = new RatingParser("ratings", "csv");
  const lines = new TextEncoder().encode("x,y\n".repeat(100_000));
  parser.feed(new TextEncoder().encode(`${HEADER}\n1,2,3,4\n`));
  assert.throws(() => {
    for (let i = 0; i < 11; i++) parser.feed(lines);
  }, /most of its first 1000003 lines are no ratings: line 3, wanted 4 fields: found 2/);
});
