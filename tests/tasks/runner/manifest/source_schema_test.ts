import assert from "@std/assert";
import { z } from "zod";
import { locateSource } from "../../../../tasks/runner/manifest/_source_schema.ts";
import { parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import { task } from "../../../../tasks/runner/task.ts";

const tasks = { t: task({ params: z.unknown(), reads: [], writes: [], run: () => Promise.resolve({}) }) };

const read = (source: string) =>
  parseManifest(`source: ${source}\nstages:\n  - task: t\n`, { file: "p.yaml", tasks });

const faults = (source: string) =>
  read(source).errors?.map(({ line, column, message, nearest }) => [
    line,
    column,
    message,
    ...(nearest ? [nearest] : []),
  ]);

Deno.test("parseManifest() fills a mapping of columns with its defaults", () => {
  assert.deepEqual(read("{ path: r.csv, columns: { user_id: who } }").manifest?.source, {
    path: "r.csv",
    format: "auto",
    columns: { user_id: "who", movie_id: "movie_id", rating: "rating", rated_at: "rated_at" },
    timeForm: null,
    isImplicit: false,
    movies: undefined,
  });
  assert.equal(read("some/folder").manifest?.source, "some/folder");
});

Deno.test("parseManifest() says what is wrong in a mapping, where it stands", () => {
  assert.deepEqual(faults("{ path: r.csv, colums: {} }"), [
    [1, 24, 'Cannot read "colums" as a key of source', "columns"],
  ]);
  assert.deepEqual(faults("{ columns: {} }"), [[1, 1, 'Cannot read source as "path" is missing']]);
  assert.deepEqual(faults("{ path: r.csv, format: parket }"), [
    [1, 32, 'Cannot read "parket" as source.format', "parquet"],
  ]);
  assert.deepEqual(faults("{ path: r.csv, scale: { min: 5, max: 1 } }"), [
    [1, 31, "Cannot read a map as source.scale"],
  ]);
  assert.deepEqual(faults("{ path: r.csv, implicit: true, columns: { rating: stars } }"), [
    [1, 59, 'Cannot read "stars" as source.columns.rating'],
  ]);
});

Deno.test("locateSource() looks for paths beside the manifest", () => {
  const mapping = read("{ path: data/r.csv, movies: { path: /abs/m.csv } }").manifest!.source;
  const located = locateSource(mapping, "/home/zoë");
  if (typeof located === "string") throw new TypeError("wanted a mapping");
  assert.deepEqual([located.path, located.movies?.path], ["/home/zoë/data/r.csv", "/abs/m.csv"]);
  assert.equal(locateSource("ml-32m", "/home"), "ml-32m");
});
