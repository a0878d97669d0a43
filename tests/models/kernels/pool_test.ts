import assert from "@std/assert";
import { createHash } from "node:crypto";
import { openPool } from "../../../models/kernels/pool.ts";
import { built, numbers, smallPool, wholeNetwork } from "./_networks.ts";

/** Nine shards, the last one with few rows. */
const N = 8 * 256 + 11;
const NAMES = [
  "left.kernel",
  "norm.gamma",
  "norm.moving_mean",
  "right.bias",
  "a.kernel",
  "b.kernel",
  "out.kernel",
];

/** A hash of all that a few steps on `workers` threads leave, batches of several sizes among them. */
async function bitsAfter(workers: number, simd: "relaxed" | "portable"): Promise<string> {
  using pool = await smallPool({ workers, simd });
  using made = built(pool, wholeNetwork, N);
  const hash = createHash("sha256");
  for (const n of [N, N, 300, 1, N, 700]) {
    for (let step = 0; step < 4; step++) hash.update(`${made.program.step(n, 0.01)},`);
  }
  for (const name of NAMES) hash.update(made.view(name).slice());
  return hash.digest("hex");
}

for (const simd of ["relaxed", "portable"] as const) {
  Deno.test(`step() leaves the same bits on 1, 2 and 5 threads (${simd})`, async () => {
    const alone = await bitsAfter(1, simd);
    for (const workers of [2, 5]) assert.equal(await bitsAfter(workers, simd), alone);
  });
}

Deno.test("a pool of one thread starts no worker, and a pool that never ran neither", async () => {
  const { Worker } = globalThis;
  globalThis.Worker = class {
    constructor() {
      throw new Error("a worker was started");
    }
  } as unknown as typeof Worker;
  try {
    using pool = await smallPool();
    using made = built(pool, wholeNetwork, 300);
    made.program.step(300, 0.01);
    using idle = await smallPool({ workers: 4 });
    assert.equal(idle.workers, 4);
  } finally {
    globalThis.Worker = Worker;
  }
});

Deno.test("workers take part: a shard that the caller does not run is run by another thread", async () => {
  using pool = await smallPool({ workers: 3 });
  using made = built(pool, wholeNetwork, N);
  // Until they are up, the caller does everything; afterwards the bits are still the same.
  const expected = await bitsAfter(1, "relaxed");
  for (let step = 0; step < 50; step++) made.program.run(N);
  assert.equal(await bitsAfter(3, "relaxed"), expected);
});

Deno.test("two programs on one pool do not disturb each other, and give their memory back", async () => {
  using pool = await smallPool({ workers: 2 });
  const first = pool.kernels.floats(16).byteOffset;
  {
    using one = built(pool, wholeNetwork, N);
    using other = built(pool, wholeNetwork, 300);
    const untouched = other.view("a.kernel").slice();
    for (let step = 0; step < 5; step++) one.program.step(N, 0.1);
    other.program.run(300);
    assert.deepEqual(other.view("a.kernel"), untouched);
  }
  const size = pool.kernels.memory.buffer.byteLength;
  for (let round = 0; round < 3; round++) {
    using again = built(pool, wholeNetwork, N);
    again.program.step(N, 0.1);
  }
  assert.equal(pool.kernels.memory.buffer.byteLength, size);
  assert.ok(first > 0 && numbers("x", 1).length === 1);
});

Deno.test("programs and pools refuse what they cannot do", async () => {
  using pool = await smallPool();
  using made = built(pool, wholeNetwork, 300);
  assert.throws(() => made.program.run(301), /over 301 rows: from 1 to 300/);
  assert.throws(() => made.program.rows("y"), /rows "y": found x, targets/);
  assert.throws(() => openPool(pool.kernels, 0), /with 0 workers/);
});
