/** `deno task models export`, and what publish leaves for others. */
import assert from "@std/assert";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { parquetRows } from "./_parquet.ts";
import { ask, askOne } from "../import/_ask.ts";
import { openDesk } from "./_desk.ts";

/** The values of an `.npy` file, and its header. */
async function npy(path: string): Promise<{ header: string; bytes: ArrayBuffer }> {
  const bytes = await Deno.readFile(path);
  const start = 10 + new DataView(bytes.buffer).getUint16(8, true);
  return { header: new TextDecoder().decode(bytes.subarray(10, start)), bytes: bytes.slice(start).buffer };
}

Deno.test("models export writes vectors that are those that were published, as .npy and as Parquet", async () => {
  await using desk = await openDesk();
  const version = await desk.champion(1);
  await desk.publish();
  const to = join(desk.lake.artifacts, "export");
  const { code, out } = await desk.models("export", "champion", "--to", to);
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^two_tower ${version} is in ${to}\\.`));
  const names = [...Deno.readDirSync(to)].map(({ name }) => name).sort();
  assert.deepEqual(names, [
    "about.json",
    "artifact.bin",
    "card.md",
    "model.keras",
    "movie_embeddings.npy",
    "movie_ids.npy",
    "movies.parquet",
    "tfjs",
    "user_embeddings.npy",
    "user_ids.npy",
    "users.parquet",
  ]);
  for (const side of ["movie", "user"]) {
    const stored = await ask(
      desk.lake.pool.url,
      `select ${side}_id, embedding from processed_db.${side}_embeddings where version = '${version}' order by 1`,
    );
    const ids = await npy(join(to, `${side}_ids.npy`));
    assert.match(ids.header, new RegExp(`'<i4'.*\\(${stored.length},\\)`));
    assert.deepEqual([...new Int32Array(ids.bytes)], stored.map(([id]) => Number(id)));
    const vectors = await npy(join(to, `${side}_embeddings.npy`));
    assert.match(vectors.header, new RegExp(`'<f4'.*\\(${stored.length}, 8\\)`));
    const wanted = stored.flatMap(([, text]) => text!.split(",").map((value) => Math.fround(Number(value))));
    assert.deepEqual([...new Float32Array(vectors.bytes)], wanted);
    const rows = parquetRows(join(to, `${side}s.parquet`));
    assert.deepEqual(rows.columns, [`${side}_id`, "embedding"]);
    assert.deepEqual(rows.ids, stored.map(([id]) => Number(id)));
    assert.deepEqual(rows.embeddings.flat(), wanted);
  }
  const about = JSON.parse(await Deno.readTextFile(join(to, "about.json")));
  assert.equal(about.version, version);
  assert.match(
    about.files.find(({ path }: { path: string }) => path === "model.keras").about,
    /inputs user, .*; outputs stars, user_vector, movie_vector/,
  );
});

Deno.test("models export of a model that is no network writes its card and the artifact", async () => {
  await using desk = await openDesk();
  const version = await desk.train(1, { model: "popularity" });
  const to = join(desk.lake.artifacts, "export");
  const answer = JSON.parse((await desk.models("export", version, "--to", to, "--json")).out);
  assert.deepEqual(answer.files.map(({ path }: { path: string }) => path), ["artifact.bin", "card.md"]);
});

Deno.test("models export refuses a folder with something in it, a file, no folder, and a damaged version", async () => {
  await using desk = await openDesk();
  const version = await desk.train(1);
  const full = await Deno.makeTempDir({ dir: desk.lake.artifacts });
  const file = join(full, "file");
  await Deno.writeTextFile(file, "mine");
  const refused = (to: string[], message: RegExp) =>
    assert.rejects(desk.models("export", version, ...to), { name: "UsageError", message });
  await refused(["--to", full], /should be empty: found "file"/);
  await refused(["--to", file], /should be a folder/);
  await refused([], /without a folder\. Next: deno task models export VERSION --to DIR/);
  const artifact = join(desk.lake.artifacts, "models", `${version}.bin`);
  const copy = join(full, "copy");
  await Deno.copyFile(artifact, copy);
  await Deno.truncate(artifact, 1_000);
  const to = join(desk.lake.artifacts, "export");
  await refused(["--to", to], /its content has changed/);
  await Deno.truncate(artifact, 0);
  await Deno.copyFile(copy, artifact);
  // Half of it is written when the features turn out to be gone.
  await desk.lake.pool.script("alter table processed_db.movie_features rename to gone");
  await assert.rejects(desk.models("export", version, "--to", to), /movie_features/);
  assert.equal(await Deno.readTextFile(file), "mine");
  const left = [...Deno.readDirSync(desk.lake.artifacts)].map(({ name }) => name);
  assert.ok(!left.some((name) => name.startsWith("export")), left.join());
});

Deno.test("publish leaves a .keras file and a card of the champion, once", async () => {
  await using desk = await openDesk();
  const version = await desk.champion(1);
  await desk.publish();
  const folder = join(desk.lake.artifacts, "exports", version);
  const parts = unzipSync(await Deno.readFile(join(folder, "model.keras")));
  assert.ok(parts["model.weights.h5"].length > 1_000);
  assert.match(await Deno.readTextFile(join(folder, "card.md")), new RegExp(`^# two_tower ${version}\n`));
  await Deno.writeTextFile(join(folder, "card.md"), "kept");
  await desk.publish();
  assert.equal(await Deno.readTextFile(join(folder, "card.md")), "kept");
});

Deno.test("publish says once that the exports could not be written, and is not the worse for it", async () => {
  await using desk = await openDesk();
  const version = await desk.champion(1);
  await Deno.writeTextFile(join(desk.lake.artifacts, "exports"), "in the way");
  await desk.publish();
  const published = "select version from ops_db.publications where status = 'published'";
  assert.equal(await askOne(desk.lake.pool.url, published), version);
  const warnings = desk.day.lines.filter((line) => line.startsWith("warn "));
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0],
    new RegExp(`The exports of ${version} are not there .*Next: deno task models export`),
  );
});
