/** Broken data sets, made in code: what files in the wild are like. Each ends in rejects that add up, or in a DataError. */
import { zipSync } from "fflate";
import { gzipped, latin1, MOVIES, ratingsCsv } from "./_data_folder.ts";

const GOOD = "1,1,4.0,1000000000";
const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, mark = "\uFEFF") =>
  Uint8Array.from([...mark + text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]));
const joined = (...parts: (string | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === "string" ? bytes(part) : part)]));

export type Files = Record<string, string | Uint8Array>;

/** One odd line after a good one: `accepted` ratings stay, the odd line becomes a reject of `reason`. */
const ODD_LINES: Record<string, [line: string, reason: string]> = {
  "NUL bytes": ["1,\0,4,1000000000", "unparsable"],
  "a negative id": ["-1,1,4,1000000000", "unparsable"],
  "a huge id": ["99999999999999999999,1,4,1000000000", "unparsable"],
  "a movie id that is missing": ["1,,4,1000000000", "unparsable"],
  "a rating of 1e400": ["1,1,1e400,1000000000", "rating_not_a_number"],
  "a rating of NaN": ["1,1,NaN,1000000000", "rating_not_a_number"],
  "a rating of Infinity": ["1,1,-Infinity,1000000000", "rating_not_a_number"],
  "a negative rating": ["1,1,-4,1000000000", "rating_off_scale"],
  "a huge rating": ["1,1,99999999999999999,1000000000", "rating_off_scale"],
  "a comma for a point": ['1,1,"4,5",1000000000', "unparsable"],
  "an empty rating": ["1,1,,1000000000", "unparsable"],
  "a time in 1970": ["1,1,4,5", "impossible_date"],
  "a time in 2999": ["1,1,4,32503680000", "impossible_date"],
  "a time in milliseconds": ["1,1,4,1000000000000", "impossible_date"],
  "a negative time": ["1,1,4,-5", "impossible_date"],
  "a time of 1e400": ["1,1,4,1e400", "unparsable"],
  "a date for a time": ["1,1,4,2001-09-09", "unparsable"],
  "one field too many": ["1,1,4,1000000000,x", "unparsable"],
  "one field too few": ["1,1,4", "unparsable"],
  "quotes that do not match": ['"1,1,4,1000000000', "unparsable"],
  "a quote inside a field": ['1"2,1,4,1000000000', "unparsable"],
  "SQL": ["'); drop table raw_db.ratings; --", "unparsable"],
  "HTML": ["<script>alert(1)</script>,1,4,1", "unparsable"],
  "terminal escapes": ["\x1b]0;x\x07,1,4,1", "unparsable"],
  "a header again": ["userId,movieId,rating,timestamp", "unparsable"],
  "10 MB": ["9".repeat(10_000_000), "unparsable"],
  "an unknown movie": ["1,77,4,1000000000", "unknown_movie"],
  "a repeat": [GOOD, "exact_repeat"],
  "an empty line before others": ["", "unparsable"],
};

export interface Case {
  name: string;
  files: Files;
  /** What is opened, below the folder; by default all of it. */
  path?: string;
  wanted: { accepted: number; rejects: Record<string, number> } | RegExp;
}

const sound = { accepted: 2, rejects: {} };
const TWO = ratingsCsv([GOOD, "2,2,3.5,1000000001"]);
const set = (ratings: string | Uint8Array, movies: string | Uint8Array = MOVIES): Files => ({
  "ratings.csv": ratings,
  "movies.csv": movies,
});
const zipped = (files: Files) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, data]) => [name, joined(data)])));
const SMALL_ZIP = zipped(set(TWO));

/** `zip` with `value` in a field of every entry of its directory. */
function patched(zip: Uint8Array, field: number, value: number, width: 2 | 4 = 4): Uint8Array {
  const changed = zip.slice();
  const view = new DataView(changed.buffer);
  for (let at = 0; at + 46 < changed.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    if (width === 2) view.setUint16(at + field, value, true);
    else view.setUint32(at + field, value, true);
  }
  return changed;
}

export async function corpus(): Promise<Case[]> {
  return [
    ...Object.entries(ODD_LINES).map(([name, [line, reason]]) => ({
      name: `a line with ${name}`,
      files: set(ratingsCsv([GOOD, line, "2,2,3.5,1000000001"])),
      wanted: { accepted: 2, rejects: { [reason]: 1 } },
    })),
    { name: "a byte order mark", files: set(`\uFEFF${TWO}`, `\uFEFF${MOVIES}`), wanted: sound },
    { name: "CRLF", files: set(TWO.replaceAll("\n", "\r\n")), wanted: sound },
    { name: "no newline at the end", files: set(TWO.trimEnd()), wanted: sound },
    {
      name: "columns in another order",
      files: set("timestamp,rating,movieId,userId\n1000000000,4,1,1\n1000000001,3,2,2\n"),
      wanted: sound,
    },
    {
      name: "columns of no use",
      files: set("userId,movieId,rating,timestamp,tag\n1,1,4,1000000000,x\n2,2,4,1000000001,\n"),
      wanted: sound,
    },
    {
      name: "a newline within quotes",
      files: set(ratingsCsv(['1,1,"4', '.0",1000000000', GOOD])),
      wanted: { accepted: 1, rejects: { unparsable: 2 } },
    },
    {
      name: "Latin-1 titles",
      files: set(TWO, latin1("movieId,title,genres\n1,Caf\xE9 (1990),War\n2,B,War\n")),
      wanted: sound,
    },
    {
      name: "titles that attack",
      files: set(TWO, "movieId,title,genres\n1,\x1b[2J'); drop table x;--,War\n2,<img onerror=x>,War\n"),
      wanted: sound,
    },
    {
      name: "a movie twice, one without an id, one with a NUL",
      files: set(TWO, `${MOVIES}1,Again (1996),War\n,No,War\n3,N\0,War\n`),
      wanted: sound,
    },
    { name: "gzip under a plain name", files: set(await gzipped(TWO), await gzipped(MOVIES)), wanted: sound },
    {
      name: "plain text called .gz",
      files: { "ratings.csv.gz": TWO, "movies.csv.gz": MOVIES },
      wanted: sound,
    },
    { name: "a zip under another name", files: { "data.bin": SMALL_ZIP }, path: "data.bin", wanted: sound },

    { name: "an empty file", files: set(""), wanted: /ratings\.csv" as it is empty/ },
    { name: "a header only", files: set("userId,movieId,rating,timestamp\n"), wanted: /as it has no rating/ },
    {
      name: "CR alone",
      files: set(TWO.replaceAll("\n", "\r")),
      wanted: /should end with a line feed.*Next: tr/,
    },
    {
      name: "CR alone in movies",
      files: set(TWO, MOVIES.replaceAll("\n", "\r")),
      wanted: /movies\.csv" as its lines should end/,
    },
    {
      name: "a column missing",
      files: set("userId,movieId,rating\n1,1,4\n"),
      wanted: /should name the columns .*timestamp: found "userId/,
    },
    {
      name: "a column twice",
      files: set("userId,movieId,rating,Rating,timestamp\n1,1,4,5,6\n"),
      wanted: /should name the column rating once/,
    },
    { name: "UTF-16", files: set(utf16(TWO)), wanted: /found UTF-16. Next: iconv/ },
    { name: "UTF-16 without a mark", files: set(utf16(TWO, "")), wanted: /found UTF-16/ },
    {
      name: "UTF-16 movies",
      files: set(TWO, utf16(MOVIES)),
      wanted: /movies\.csv" as it should be UTF-8.*found UTF-16/,
    },
    { name: "an empty movies file", files: set(TWO, ""), wanted: /as it has no movie/ },
    { name: "one line of 3 MB", files: set("x".repeat(3_000_000)), wanted: /should name the columns/ },
    {
      name: "a zip called ratings.csv",
      files: set(SMALL_ZIP),
      wanted: /should be text: found a zip\. Next: deno task import/,
    },
    {
      name: "ratings called movies",
      files: { "movies.csv": TWO, "ratings.csv": MOVIES },
      wanted: /should name the columns/,
    },
    {
      name: "another kind of file",
      files: { "data.txt": TWO },
      path: "data.txt",
      wanted: /should be a folder, a \.zip or a ratings file/,
    },
    {
      name: "two files of a kind",
      files: { ...set(TWO), "Ratings.csv": TWO },
      wanted: /one file of each kind is wanted: found/,
    },
    {
      name: "a folder called ratings.csv",
      files: { "ratings.csv/x": TWO, "movies.csv": MOVIES },
      wanted: /u\.item: found movies\.csv/,
    },

    {
      name: "a zip cut short",
      files: { "a.zip": SMALL_ZIP.subarray(0, 120) },
      path: "a.zip",
      wanted: /the zip ends early/,
    },
    { name: "no zip", files: { "a.zip": "hello" }, path: "a.zip", wanted: /it is no zip file/ },
    { name: "an empty zip", files: { "a.zip": "" }, path: "a.zip", wanted: /it is no zip file/ },
    {
      name: "an encrypted zip",
      files: { "a.zip": patched(SMALL_ZIP, 8, 1, 2) },
      path: "a.zip",
      wanted: /as it is encrypted. Next/,
    },
    {
      name: "a zip of another method",
      files: { "a.zip": patched(SMALL_ZIP, 10, 14, 2) },
      path: "a.zip",
      wanted: /packed by method 14\. Next/,
    },
    {
      name: "a zip bomb",
      files: { "a.zip": patched(zipped(set(TWO, MOVIES + " ".repeat(1e6))), 24, 10) },
      path: "a.zip",
      wanted: /damaged: wanted 10 bytes/,
    },
    {
      name: "a zip of absurd sizes",
      files: { "a.zip": patched(SMALL_ZIP, 24, 0xfffffffe) },
      path: "a.zip",
      wanted: /damaged: wanted 4294967294 bytes/,
    },
    {
      name: "a zip that points nowhere",
      files: { "a.zip": patched(SMALL_ZIP, 42, 0x7fffffff) },
      path: "a.zip",
      wanted: /directory does not fit it/,
    },
    {
      name: "a zip with names that leave it",
      files: { "a.zip": zipped({ "../ratings.csv": TWO, "../movies.csv": MOVIES }) },
      path: "a.zip",
      wanted: /"\.\.\/ratings\.csv" points outside the zip/,
    },
    {
      name: "a zip with absolute names",
      files: { "a.zip": zipped({ "/ratings.csv": TWO, "/movies.csv": MOVIES }) },
      path: "a.zip",
      wanted: /points outside the zip/,
    },
    {
      name: "a zip in a zip",
      files: { "a.zip": zipped({ "ml/inner.zip": SMALL_ZIP }) },
      path: "a.zip",
      wanted: /found ml\/inner\.zip/,
    },
    {
      name: "two sets in a zip",
      files: { "a.zip": zipped({ "a/ratings.csv": TWO, "b/ratings.csv": TWO, "a/movies.csv": MOVIES }) },
      path: "a.zip",
      wanted: /one file of each kind/,
    },
    {
      name: "gzip cut short",
      files: { ...set(""), "ratings.csv": (await gzipped(TWO)).subarray(0, 40) },
      wanted: /gzip data end early or are damaged/,
    },
  ];
}
