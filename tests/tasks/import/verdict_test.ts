import assert from "@std/assert";
import type { Row } from "../../../sql/tables.ts";
import { DataError } from "../../../tasks/import/errors.ts";
import type { Source } from "../../../tasks/import/source.ts";
import { decide, type DecideOptions } from "../../../tasks/import/verdict.ts";

type SourceRow = Row<"raw_db.sources">;

const held = (sha256: string, more: Partial<SourceRow> = {}): SourceRow => ({
  source_id: 1,
  sha256,
  name: `/data/${sha256}`,
  edition: sha256,
  is_sample: false,
  n_rows: 10,
  n_copied: 10,
  first_id: 1,
  imported_at: new Date(0),
  n_known: 0,
  n_erased: 0,
  ...more,
});
const offered = (sha256: string, isSample = false): Source => ({
  name: isSample ? "sample:1000:1" : `/data/${sha256}`,
  edition: sha256,
  isSample,
  sha256: () => Promise.resolve(sha256),
  read: () => Promise.reject(new Error("not to be read")),
});
const action = async (known: SourceRow[], source: Source, options?: DecideOptions) =>
  (await decide(known, source, options)).action;

Deno.test("decide() imports into an empty archive without hashing the file", async () => {
  const source = { ...offered("a"), sha256: () => Promise.reject(new Error("not to be hashed")) };
  assert.equal(await action([], source), "import");
});

Deno.test("decide() knows a file again, whatever the flags say", async () => {
  for (const options of [{}, { replace: true }, { sameIds: true }]) {
    assert.equal(await action([held("a"), held("b")], offered("b"), options), "nothing");
    assert.equal(await action([held("b", { imported_at: null })], offered("b"), options), "resume");
  }
});

Deno.test("decide() lets anything replace the sample", async () => {
  const sample = held("s", { is_sample: true });
  assert.equal(await action([sample], offered("a")), "replace");
  assert.equal(await action([sample], offered("a"), { sameIds: true }), "replace");
  assert.equal(
    await action([held("s", { is_sample: true, imported_at: null })], offered("t", true)),
    "replace",
  );
});

Deno.test("decide() does as the flags say with another data set", async () => {
  assert.equal(await action([held("a")], offered("b"), { replace: true }), "replace");
  assert.equal(await action([held("a")], offered("b"), { sameIds: true }), "import");
});

Deno.test("decide() refuses another data set and names both ways out", async () => {
  await assert.rejects(
    decide([held("a")], offered("b")),
    new DataError(
      'Cannot import "/data/b" (b) as the archive holds another data set, "/data/a" (a), and ids of one mean other ' +
        "people and movies in the other. Next: deno task import /data/b --replace (a new database; the old one is " +
        "kept aside), or deno task import /data/b --same-ids (a newer edition of the same ids)",
    ),
  );
});

Deno.test("decide() never mixes a sample into real data", async () => {
  const refusal = (error: unknown) => error instanceof DataError && !error.message.includes("--same-ids");
  await assert.rejects(decide([held("a")], offered("s", true), { sameIds: true }), refusal);
});

Deno.test("decide() has an import that stopped finished before the next", async () => {
  const stopped = held("a", { n_copied: 4, imported_at: null });
  await assert.rejects(
    decide([stopped], offered("b"), { sameIds: true }),
    /holds 4 of 10 ratings of another data set.*Next: deno task import \/data\/a \(to finish that one\), or/,
  );
  assert.equal(await action([stopped], offered("b"), { replace: true }), "replace");
});
