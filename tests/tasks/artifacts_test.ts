import assert from "@std/assert";
import { join } from "node:path";
import {
  loadArtifact,
  storeArtifact,
  sweepArtifacts,
  verifyArtifact,
  writeAside,
} from "../../tasks/_artifacts.ts";

/** A folder that is gone afterwards. */
async function folder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "matinee_artifacts_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const namesIn = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();
const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => i * i);

Deno.test("storeArtifact() names a file by its content, and loadArtifact() gives it back", async () => {
  await using place = await folder();
  const { sha256, path } = await storeArtifact(place.path, "models", BYTES);
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.equal(path, `models/${sha256.slice(0, 16)}.bin`);
  assert.deepEqual(await loadArtifact(place.path, path), BYTES);
  assert.deepEqual(await storeArtifact(place.path, "models", BYTES), { sha256, path });
  assert.notEqual((await storeArtifact(place.path, "models", BYTES.subarray(1))).path, path);
  assert.equal(namesIn(join(place.path, "models")).length, 2);
});

Deno.test("storeArtifact() mends a damaged file of the same content", async () => {
  await using place = await folder();
  const { path } = await storeArtifact(place.path, "models", BYTES);
  await Deno.writeFile(join(place.path, path), BYTES.subarray(0, 10));
  await storeArtifact(place.path, "models", BYTES);
  assert.deepEqual(await loadArtifact(place.path, path), BYTES);
});

Deno.test("verifyArtifact() finds that the disk has something else than was written", async () => {
  await using place = await folder();
  const { path } = await storeArtifact(place.path, "models", BYTES);
  await verifyArtifact(place.path, path, BYTES);
  const flipped = BYTES.slice();
  flipped[99_999] ^= 1;
  for (const other of [flipped, BYTES.subarray(1)]) {
    await Deno.writeFile(join(place.path, path), other);
    await assert.rejects(verifyArtifact(place.path, path, BYTES), /found \d+ that differ/);
  }
});

Deno.test("loadArtifact() finds a flipped bit, a lost end and a lost file", async () => {
  await using place = await folder();
  const { path } = await storeArtifact(place.path, "models", BYTES);
  const damage = [
    (bytes: Uint8Array) => (bytes[50_000] ^= 1, bytes),
    (bytes: Uint8Array) => bytes.subarray(0, -1),
  ];
  for (const damaged of damage) {
    await Deno.writeFile(join(place.path, path), damaged(BYTES.slice()));
    await assert.rejects(loadArtifact(place.path, path), {
      name: "SyntaxError",
      message: /has changed: found hash/,
    });
  }
  await Deno.remove(join(place.path, path));
  await assert.rejects(loadArtifact(place.path, path), Deno.errors.NotFound);
});

Deno.test("writeAside() leaves the old file whole when it cannot write the new one", async () => {
  await using place = await folder();
  const path = join(place.path, "a", "current.json");
  await writeAside(path, new TextEncoder().encode("old"));
  await Deno.mkdir(`${path}.${Deno.pid}.tmp`); // in the way of the file that is written aside
  await assert.rejects(writeAside(path, new TextEncoder().encode("new")));
  assert.equal(await Deno.readTextFile(path), "old");
  await Deno.remove(`${path}.${Deno.pid}.tmp`);
  await writeAside(path, new TextEncoder().encode("x"));
  assert.equal(await Deno.readTextFile(path), "x");
  assert.deepEqual(namesIn(join(place.path, "a")), ["current.json"]);
});

Deno.test("writeAside() shows readers the old bytes or the new ones, whole", async () => {
  await using place = await folder();
  const path = join(place.path, "current.bin");
  const versions = [0, 1].map((value) => new Uint8Array(2_000_000).fill(value));
  await writeAside(path, versions[0]);
  let isWriting = true;
  const reading = (async () => {
    let reads = 0;
    while (isWriting) {
      const found = await Deno.readFile(path);
      assert.equal(found.length, versions[0].length);
      assert.equal(found.indexOf(1 - found[0]), -1, "a mix of two");
      reads++;
    }
    return reads;
  })();
  for (let i = 1; i <= 20; i++) await writeAside(path, versions[i % 2]);
  isWriting = false;
  assert.ok(await reading > 0);
});

Deno.test("sweepArtifacts() removes what has no name, of its own kind only", async () => {
  await using place = await folder();
  const kept = await storeArtifact(place.path, "models", BYTES);
  await storeArtifact(place.path, "models", BYTES.subarray(1));
  await storeArtifact(place.path, "snapshots", BYTES.subarray(2));
  await Deno.writeTextFile(join(place.path, `${kept.path}.7.tmp`), "half");
  const isNamed = (path: string) => path === kept.path;
  assert.equal(await sweepArtifacts(place.path, "models", isNamed), 2);
  assert.deepEqual(namesIn(join(place.path, "models")), [kept.path.slice("models/".length)]);
  assert.equal(namesIn(join(place.path, "snapshots")).length, 1);
  assert.equal(await sweepArtifacts(place.path, "elsewhere", isNamed), 0);
});
