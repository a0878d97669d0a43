import assert from "@std/assert";
import { createHash } from "node:crypto";
import { type ByteSource, readHashed } from "../../../models/snapshot/read_hashed.ts";

/** Gives `bytes` in pieces of at most `piece`. */
function sourceOf(bytes: Uint8Array, piece: number): ByteSource {
  let at = 0;
  return {
    read(into) {
      if (at === bytes.length) return Promise.resolve(null);
      const some = bytes.subarray(at, at + Math.min(piece, into.length));
      into.set(some);
      at += some.length;
      return Promise.resolve(some.length);
    },
  };
}

const BYTES = Uint8Array.from({ length: 10_000 }, (_, i) => i * 7 % 251);
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

Deno.test("readHashed() fills memory, shared or not, and tells the hash of all of it, whatever the pieces", async () => {
  for (const piece of [1, 999, 10_000, 1 << 20]) {
    for (const memory of [new ArrayBuffer(BYTES.length), new SharedArrayBuffer(BYTES.length)]) {
      const into = new Uint8Array(memory);
      assert.equal(await readHashed(sourceOf(BYTES, piece), into), SHA256);
      assert.deepEqual(Uint8Array.from(into), BYTES);
    }
  }
});

Deno.test("readHashed() of a file that is longer than one piece is its hash", async () => {
  const path = await Deno.makeTempFile();
  try {
    const bytes = Uint8Array.from({ length: 9_000_000 }, (_, i) => i % 253);
    await Deno.writeFile(path, bytes);
    using file = await Deno.open(path);
    const into = new Uint8Array(new SharedArrayBuffer(bytes.length));
    assert.equal(await readHashed(file, into), createHash("sha256").update(bytes).digest("hex"));
    assert.equal(into[8_999_999], bytes[8_999_999]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readHashed() refuses a file that is cut short, or goes on", async () => {
  for (const [length, found] of [[10_001, "10000"], [9_999, "more"], [0, "more"]]) {
    await assert.rejects(readHashed(sourceOf(BYTES, 777), new Uint8Array(Number(length))), {
      name: "SyntaxError",
      message: `Cannot read the file as it should have ${length} bytes: found ${found}`,
    });
  }
  await assert.rejects(readHashed(sourceOf(new Uint8Array(0), 1), new Uint8Array(4)), SyntaxError);
});

Deno.test("readHashed() pauses between pieces, and reads the same", async () => {
  let pauses = 0;
  const pause = () => Promise.resolve(void pauses++);
  assert.equal(await readHashed(sourceOf(BYTES, 1_000), new Uint8Array(BYTES.length), { pause }), SHA256);
  assert.ok(pauses >= 10, `${pauses} pauses`);
});
