import assert from "@std/assert";
import { join } from "node:path";
import { openKernels } from "../../../models/kernels/kernels.ts";
import { contentHash, flagsOf, readSources } from "../../../models/kernels/_sources.ts";
import { assemble, compileKernels } from "../../../models/kernels/compile.ts";
import { CACHE } from "../../support/compute.ts";

const silent = () => {};

async function cacheFolder() {
  const path = await Deno.makeTempDir({ prefix: "matinee_kernels_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("compileKernels() makes the folder, keeps what it compiled, and opens it again", async () => {
  await using cache = await cacheFolder();
  const folder = join(cache.path, "new");
  await compileKernels({ simd: "portable", cache: folder });
  const [{ name }] = [...Deno.readDirSync(folder)];
  assert.match(name, /^kernels-portable-[0-9a-f]{16}\.wasm$/);
  const { ino, mtime } = await Deno.stat(join(folder, name));
  await compileKernels({ simd: "portable", cache: folder });
  const now = await Deno.stat(join(folder, name));
  assert.deepEqual([now.ino, now.mtime], [ino, mtime]);
  assert.equal([...Deno.readDirSync(folder)].length, 1);
});

Deno.test("compileKernels() compiles anew over a file that is cut short, or has one bit turned", async () => {
  await using cache = await cacheFolder();
  const damages = {
    portable: (wasm: Uint8Array) => wasm.map((byte, i) => i === wasm.length - 20 ? byte ^ 1 : byte),
    relaxed: (wasm: Uint8Array) => wasm.subarray(0, 100),
  };
  for (const simd of ["portable", "relaxed"] as const) {
    await compileKernels({ simd, cache: CACHE });
    const build = { entry: "kernels", simd } as const;
    const name = `kernels-${simd}-${contentHash(readSources("kernels"), flagsOf(build))}.wasm`;
    const intact = Deno.readFileSync(join(CACHE, name));
    Deno.writeFileSync(join(cache.path, name), damages[simd](intact));
    const module = await compileKernels({ simd, cache: cache.path });
    assert.ok(WebAssembly.Module.exports(module).some(({ name }) => name === "dot"));
    assert.deepEqual(Deno.readFileSync(join(cache.path, name)), intact);
  }
  assert.equal([...Deno.readDirSync(cache.path)].length, 2, "one file a build");
});

Deno.test("assemble() shows the compiler's words when the sources do not compile", async () => {
  const broken = new Map([["index.ts", "export function f(): i32 { return missing; }"]]);
  await assert.rejects(
    assemble(broken, { entry: "kernels", simd: "portable" }),
    /simd: portable\):[^]*'missing'/,
  );
});

Deno.test("a portable build holds no relaxed instruction", async () => {
  // The compiler refuses them where the feature is off: take the constant away, and it must.
  const sources = readSources("kernels");
  sources.set("simd.ts", sources.get("simd.ts")!.replaceAll("if (RELAXED)", "if (true)"));
  await assert.rejects(assemble(sources, { entry: "kernels", simd: "portable" }), /relaxed/);
});

Deno.test("openKernels() gives zeroed views that do not overlap, again after they were given back", async () => {
  const kernels = await openKernels({ cache: CACHE, simd: "portable" }, silent);
  const [a, b] = [kernels.floats(5), kernels.doubles(3)];
  a.fill(1);
  b.fill(2);
  assert.deepEqual([a.byteOffset % 64, b.byteOffset % 64], [0, 0]);
  assert.deepEqual([[...a], [...b]], [[1, 1, 1, 1, 1], [2, 2, 2]]);
  kernels.free(a);
  const c = kernels.floats(4);
  assert.deepEqual([c.byteOffset, ...c], [a.byteOffset, 0, 0, 0, 0]);
  const large = kernels.floats(1_000_000);
  large[999_999] = 3;
  assert.deepEqual([[...b], kernels.floats(1)[0]], [[2, 2, 2], 0]);
  assert.throws(() => kernels.floats(2 ** 28), /may hold 1024 MiB/);
  assert.throws(() => kernels.kernel("dott"), /no.*"dott"|"dott"/);
});

Deno.test("dot() is the sum of products, in both builds", async () => {
  for (const simd of ["relaxed", "portable"] as const) {
    const kernels = await openKernels({ cache: CACHE, simd }, silent);
    const [x, y] = [kernels.floats(7), kernels.floats(7)];
    x.set([1, 2, 3, 4, 5, 6, 7]);
    y.set([1, -1, 1, -1, 1, -1, 1]);
    assert.equal(kernels.kernel("dot")(x.byteOffset, y.byteOffset, 7), 4);
  }
});
