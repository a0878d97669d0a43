import assert from "@std/assert";
import type { Row } from "../../../sql/tables.ts";
import { DataError } from "../../../tasks/import/errors.ts";
import { type AutoOptions, namedSource, resolveSource } from "../../../tasks/import/resolve.ts";
import { type DataFolder, dataFolder, MOVIES, ratingsCsv } from "./_data_folder.ts";
import { groupLens } from "./_group_lens.ts";

const set = (line = "1,1,4.0,100") => dataFolder({ "ratings.csv": ratingsCsv([line]), "movies.csv": MOVIES });

/** What an archive says of a source that is in it, wholly or in part. */
const held = (name: string, sha256: string, isWhole = true): Row<"raw_db.sources"> => ({
  source_id: 1,
  sha256,
  name,
  edition: "set",
  is_sample: false,
  n_rows: 9,
  n_copied: isWhole ? 9 : 4,
  first_id: 1,
  imported_at: isWhole ? new Date(0) : null,
  n_known: 0,
  n_erased: 0,
});

function auto(home: DataFolder, options: Partial<AutoOptions> = {}) {
  const lines: string[] = [];
  const whole: AutoOptions = {
    home: home.path,
    sources: [],
    allowSample: true,
    allowDownload: true,
    log: (line) => lines.push(line),
    fetch: () => Promise.reject(new TypeError("no network in this test")),
    ...options,
  };
  return { lines, source: resolveSource(whole) };
}

Deno.test("resolveSource() takes MATINEE_DATA first", async () => {
  await using data = await set();
  const source = await auto(data, { matineeData: data.path }).source;
  assert.deepEqual([source?.name, source?.isSample], [data.path, false]);
});

Deno.test("resolveSource() takes MATINEE_DATA again when the archive holds it", async () => {
  await using data = await set();
  const sha256 = await (await namedSource(data.path, { home: data.path })).sha256();
  const source = await auto(data, { matineeData: data.path, sources: [held("/elsewhere", sha256)] }).source;
  assert.equal(await source?.sha256(), sha256);
});

Deno.test("resolveSource() refuses a MATINEE_DATA that is not what the archive holds", async () => {
  await using data = await set();
  const { source } = auto(data, { matineeData: data.path, sources: [held("/elsewhere", "x")] });
  await assert.rejects(source, (error: unknown) => {
    assert.ok(error instanceof DataError);
    assert.match(
      String(error),
      /Cannot use MATINEE_DATA, ".*holds another data set, "\/elsewhere".*--replace.*--same-ids/,
    );
    return true;
  });
});

Deno.test("resolveSource() lets MATINEE_DATA follow the sample", async () => {
  await using data = await set();
  const sources = [{ ...held("sample:1000:1", "x"), is_sample: true }];
  assert.equal((await auto(data, { matineeData: data.path, sources }).source)?.name, data.path);
});

Deno.test("resolveSource() imports nothing into an archive that has data", async () => {
  await using home = await dataFolder({});
  const { source, lines } = auto(home, { sources: [held("/elsewhere", "x")] });
  assert.equal(await source, null);
  assert.deepEqual(lines, []);
});

Deno.test("resolveSource() goes on with an import that stopped", async () => {
  await using data = await set();
  const { source, lines } = auto(data, { sources: [held(data.path, "x", false)] });
  assert.equal((await source)?.name, data.path);
  assert.deepEqual(lines, [`The import of "${data.path}" stopped at 4 of 9 ratings: it goes on`]);
});

Deno.test("resolveSource() downloads for an empty archive", async () => {
  await using server = groupLens();
  await using home = await dataFolder({});
  const { source, lines } = auto(home, { baseUrl: server.baseUrl, fetch });
  const found = await source;
  assert.deepEqual([found?.name, found?.edition, found?.isSample], [
    "ml-latest-small",
    "ml-latest-small",
    false,
  ]);
  assert.equal(lines.length, 1);
});

Deno.test("resolveSource() falls back to the sample, in one clear line", async () => {
  await using home = await dataFolder({});
  const { source, lines } = auto(home);
  const found = await source;
  assert.deepEqual([found?.name, found?.isSample], ["sample:500000:1", true]);
  assert.deepEqual(lines, [
    "No real data (Cannot download https://files.grouplens.org/datasets/movielens/ml-latest-small.zip: no connection " +
    "to files.grouplens.org): using a made-up sample of 500,000 ratings. For the real data, get ml-latest-small.zip " +
    '(1 MB) from https://grouplens.org/datasets/movielens/ and run "deno task import ml-latest-small.zip".',
  ]);
});

Deno.test("resolveSource() makes no sample where none is allowed", async () => {
  await using home = await dataFolder({});
  const { source } = auto(home, { allowSample: false, allowDownload: false });
  await assert.rejects(
    source,
    /Cannot fill the empty archive as there is no source: downloads are off\. Next: get/,
  );
});

Deno.test("namedSource() knows samples, editions and paths", async () => {
  await using server = groupLens();
  await using data = await set();
  const options = { home: data.path, baseUrl: server.baseUrl };
  const name = async (text: string) => (await namedSource(text, options)).name;
  assert.equal(await name("sample"), "sample:500000:1");
  assert.equal(await name("sample:2000"), "sample:2000:1");
  assert.equal(await name("sample:2000:5"), "sample:2000:5");
  assert.equal(await name("ml-latest-small"), "ml-latest-small");
  assert.equal(await name(`${data.path}/ratings.csv`), data.path);
  await assert.rejects(
    name("ml-lates"),
    /no such folder or file: wanted one, or sample.*, or a name of GroupLens'.*Did you mean "ml-latest"\? Next: deno/,
  );
});

for (const name of ["ml-latest-small", "ml-100k", "sample:2000:5"]) {
  Deno.test(`namedSource() asks nobody for ${name} when all of it is in`, async () => {
    const requests: unknown[] = [];
    const fetch = (request: unknown) => {
      requests.push(request);
      return Promise.reject(new TypeError("no network in this test"));
    };
    await using home = await dataFolder({});
    const ofName = held(name, "x");
    const ofEdition = { ...held("/data/it.zip", "x"), edition: name };
    for (const row of name.startsWith("sample") ? [ofName] : [ofName, ofEdition]) {
      const { source } = auto(home, { matineeData: name, sources: [row], fetch });
      assert.equal(await (await source)?.sha256(), "x");
    }
    assert.deepEqual(requests, []);
  });
}

Deno.test("namedSource() downloads an edition of which a part is in", async () => {
  await using home = await dataFolder({});
  const sources = [held("ml-100k", "x", false)];
  await assert.rejects(
    namedSource("ml-100k", { home: home.path, sources, baseUrl: "http://127.0.0.1:1/" }),
    /no connection/,
  );
});
