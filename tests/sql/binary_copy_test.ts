import assert from "@std/assert";
import fc from "fast-check";
import { type NumericColumn, numericRows } from "../../sql/binary_copy.ts";
import type { Db } from "../../sql/db.ts";
import { testPool } from "../support/database.ts";

/** The queries of these tests, seen from `sql/queries/`. */
const Q = "../../tests/sql/queries";

/** Every row, column by column, flat. */
async function read(bytes: AsyncIterable<Uint8Array>, columns: readonly NumericColumn[]) {
  const widths = columns.map((column) => typeof column === "string" ? 1 : column[1]);
  const all: number[][] = columns.map(() => []);
  const sizes: number[] = [];
  for await (const { n, columns: found } of numericRows(bytes, columns)) {
    sizes.push(n);
    found.forEach((values, i) => {
      for (const value of values.subarray(0, n * widths[i])) all[i].push(value);
    });
  }
  return { columns: all, sizes };
}

/** The bytes of `query`, cut into pieces of `size`. */
async function* pieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  const parts = await Array.fromAsync(bytes);
  const all = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

const series = (db: Db, n: number) => db.copyOut(`${Q}/copy_series`, { n });

const TYPES: NumericColumn[] = [
  "int2",
  "int4",
  "int8",
  "float4",
  "float8",
  ["int2[]", 3],
  ["int4[]", 3],
  ["float8[]", 3],
];
const VALUES = [
  [-32768, 32767, 0],
  [-2147483648, 2147483647, 0],
  [-9007199254740991, 9007199254740991, 0],
  [Math.fround(0.1), NaN, -Infinity],
  [0.1, NaN, Infinity],
  [1, -2, 3, 4, 0, 0, 0, 0, 0],
  [2147483647, -1, 0, 0, 0, 0, 7, 8, 9],
  [0.5, NaN, -4.5, 0, 0, 0, 1e300, 0, 0],
];

Deno.test("numericRows() reads every type as PostgreSQL has it, and fills short arrays up with 0", async () => {
  await using pool = await testPool();
  const { columns, sizes } = await read(pool.copyOut(`${Q}/copy_types`), TYPES);
  assert.deepEqual(columns, VALUES);
  assert.deepEqual(sizes, [3]);
});

Deno.test("numericRows() reads the same wherever the bytes are cut", async () => {
  await using pool = await testPool();
  for (const size of [1, 2, 7, 19, 20, 64]) {
    const { columns } = await read(pieces(pool.copyOut(`${Q}/copy_types`), size), TYPES);
    assert.deepEqual(columns, VALUES, `pieces of ${size}`);
  }
});

Deno.test("numericRows() gives chunks of 65,536 rows, and the rest", async () => {
  await using pool = await testPool();
  const columns: NumericColumn[] = ["int4", ["int4[]", 2]];
  for (const [n, sizes] of [[0, []], [65_536, [65_536]], [131_073, [65_536, 65_536, 1]]] as const) {
    const found = await read(series(pool, n), columns);
    assert.deepEqual(found.sizes, sizes);
    assert.ok(found.columns[0].every((value, i) => value === i + 1));
    // Where 3 divides n, row n holds {n, -n}, else {n}; at the same place of two chunks stand different kinds, so an
    // array that is used again must forget the row before.
    assert.ok(found.columns[1].every((value, i) => {
      const row = (i >> 1) + 1;
      return value === (i % 2 === 0 ? row : row % 3 === 0 ? -row : 0);
    }));
  }
});

Deno.test("numericRows() of a null is an error that names the column", async () => {
  await using pool = await testPool();
  await assert.rejects(read(pool.copyOut(`${Q}/copy_null`), ["int4", "float8"]), {
    name: "RangeError",
    message: "Cannot read column 2 as a number: found null",
  });
});

Deno.test("numericRows() of rows of another shape, or of longer arrays, is an error", async () => {
  await using pool = await testPool();
  await assert.rejects(read(series(pool, 3), ["int4"]), {
    name: "RangeError",
    message: "Cannot read row as it should have 1 columns: found 2",
  });
  await assert.rejects(read(series(pool, 3), ["int4", ["int4[]", 1]]), {
    name: "RangeError",
    message: "Cannot read array as it should have 1 values: found 2",
  });
});

Deno.test("numericRows() given up midway leaves the connection to the next statement", async () => {
  await using pool = await testPool();
  await pool.transaction(async (tx) => {
    for await (const { n } of numericRows(series(tx, 300_000), ["int4", ["int4[]", 2]])) {
      assert.equal(n, 65_536);
      break;
    }
  }).catch((error) => assert.match(String(error), /cancel/)); // the COPY was cancelled, and the transaction with it
  assert.equal((await read(series(pool, 5), ["int4", ["int4[]", 2]])).columns[0].length, 5);
});

// The driver stops reading its socket when the stream of a COPY is full. One that was full as it ended must not
// leave the socket stopped: the statement after it would wait for ever.
Deno.test("copyOut() of any size leaves the connection to the next statement", async () => {
  await using pool = await testPool();
  await pool.transaction(async (tx) => {
    for (let round = 0; round < 60; round++) {
      const n = 400 + 173 * round; // 10 kB to 300 kB
      let bytes = 0;
      for await (const chunk of series(tx, n)) bytes += chunk.length;
      assert.ok(bytes > 20 * n);
      assert.equal((await tx.row<{ pid: number }>(`${Q}/session`))?.pid !== undefined, true, `${n} rows`);
    }
  });
});

Deno.test("numericRows() reads rows of scalars, of every type and however many, wherever they are cut", async () => {
  const types = ["int2", "int4", "int8", "float4", "float8"] as const;
  const row = fc.tuple(
    fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.maxSafeInteger(),
    fc.float(),
    fc.double(),
  );
  const property = fc.asyncProperty(
    fc.array(row, { maxLength: 30 }),
    fc.integer({ min: 1, max: 99 }),
    async (rows, size) => {
      const { columns } = await read(pieces(handed(scalarRows(rows)), size), types);
      assert.deepEqual(columns, types.map((_, column) => rows.map((values) => values[column])));
    },
  );
  await fc.assert(property);
  const many = Array.from({ length: 70_000 }, (_, i): Scalars => [i % 100, i, -i, i / 2, i / 3]);
  const { columns, sizes } = await read(handed(scalarRows(many)), types);
  assert.deepEqual(sizes, [65_536, 4_464]);
  assert.deepEqual(columns[4], many.map((values) => values[4]));
});

Deno.test("numericRows() of scalars names a null in the midst of good rows", async () => {
  const rows = scalarRows([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]);
  const at = 19 + ROW_BYTES + 2 + 6; // the second column of the second row
  new DataView(rows.buffer).setInt32(at, -1);
  const bytes = Uint8Array.of(...rows.subarray(0, at + 4), ...rows.subarray(at + 8)); // a null has no value
  await assert.rejects(
    read(handed(bytes), ["int2", "int4", "int8", "float4", "float8"]),
    new RangeError("Cannot read column 2 as a number: found null"),
  );
});

type Scalars = [number, number, number, number, number];
const ROW_BYTES = 2 + 5 * 4 + 2 + 4 + 8 + 4 + 8;

/** A binary COPY of rows of int2, int4, int8, float4 and float8. */
function scalarRows(rows: readonly Scalars[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(19 + rows.length * ROW_BYTES + 2);
  const view = new DataView(bytes.buffer);
  rows.forEach(([a, b, c, d, e], row) => {
    let at = 19 + row * ROW_BYTES;
    view.setInt16(at, 5);
    at += 2;
    for (
      const [size, write] of [
        [2, (p: number) => view.setInt16(p, a)],
        [4, (p: number) => view.setInt32(p, b)],
        [8, (p: number) => view.setBigInt64(p, BigInt(c))],
        [4, (p: number) => view.setFloat32(p, d)],
        [8, (p: number) => view.setFloat64(p, e)],
      ] as const
    ) {
      view.setInt32(at, size);
      write(at + 4);
      at += 4 + size;
    }
  });
  view.setInt16(bytes.length - 2, -1);
  return bytes;
}

async function* handed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
