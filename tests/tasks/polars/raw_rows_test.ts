import assert from "@std/assert";
import fc from "fast-check";
import { IN_ROW, lakeRows, readRows } from "../../../tasks/polars/_raw_rows.ts";

/** Microseconds from 1970 to 2000, where PostgreSQL's begin. */
const EPOCH_US = 946_684_800_000_000n;

interface Raw {
  id: bigint;
  user: number;
  movie: number;
  rating: number;
  /** Microseconds since 2000. */
  at: bigint;
}

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const raw: fc.Arbitrary<Raw> = fc.record({
  id: fc.bigInt({ min: 0n, max: 2n ** 53n }),
  user: int,
  movie: int,
  rating: fc.double(),
  at: fc.oneof(
    fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    fc.constantFrom(
      0n,
      -1n,
      2n ** 32n,
      -(2n ** 32n),
      2n ** 32n - EPOCH_US % 2n ** 32n,
      -(2n ** 63n),
      2n ** 63n - 1n,
    ),
  ),
});

function viewOf(rows: readonly Raw[]): DataView {
  const view = new DataView(new ArrayBuffer(rows.length * IN_ROW));
  rows.forEach(({ id, user, movie, rating, at }, row) => {
    let p = row * IN_ROW;
    view.setInt16(p, 5);
    p += 2;
    for (
      const [size, write] of [
        [8, (q: number) => view.setBigInt64(q, id)],
        [4, (q: number) => view.setInt32(q, user)],
        [4, (q: number) => view.setInt32(q, movie)],
        [8, (q: number) => view.setFloat64(q, rating)],
        [8, (q: number) => view.setBigInt64(q, at)],
      ] as const
    ) {
      view.setInt32(p, size);
      write(p + 4);
      p += 4 + size;
    }
  });
  return view;
}

Deno.test("readRows() reads every value, times since 1970 to the microsecond", () => {
  fc.assert(fc.property(fc.array(raw, { maxLength: 20 }), (rows) => {
    const { ids, users, movies, ratings, ratedUs } = readRows(viewOf(rows), rows.length);
    assert.deepEqual([...ids], rows.map(({ id }) => id));
    assert.deepEqual([...users], rows.map(({ user }) => user));
    assert.deepEqual([...movies], rows.map(({ movie }) => movie));
    assert.deepEqual([...ratings], rows.map(({ rating }) => rating));
    assert.deepEqual([...ratedUs], rows.map(({ at }) => BigInt.asIntN(64, at + EPOCH_US)));
  }));
});

Deno.test("readRows() refuses rows of another shape", () => {
  const view = viewOf([{ id: 1n, user: 1, movie: 1, rating: 1, at: 1n }]);
  view.setInt16(0, 4);
  assert.throws(() => readRows(view, 1), /row 0 of a block as it is not 54 bytes of 5 columns/);
});

Deno.test("lakeRows() writes the sound rows, one behind the other, with batch and lane", () => {
  const rows = [1, 2, 3].map((n): Raw => ({
    id: BigInt(n),
    user: 10 * n,
    movie: 20 * n,
    rating: n / 2,
    at: BigInt(-n),
  }));
  const bytes = lakeRows({ batch: 7, lane: "import", block: 3 }).write(viewOf(rows), (row) => row !== 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = 2 + 7 * 4 + 8 + 4 + 6 + 4 + 4 + 4 + 8;
  assert.equal(bytes.length, 2 * width);
  [rows[0], rows[2]].forEach(({ id, user, movie, rating, at }, row) => {
    const values: unknown[] = [view.getInt16(row * width)];
    let p = row * width + 2;
    const readers = [
      (q: number) => view.getBigInt64(q),
      (q: number) => view.getInt32(q),
      (q: number) => new TextDecoder().decode(bytes.subarray(q, q + 6)),
      (q: number) => view.getInt32(q),
      (q: number) => view.getInt32(q),
      (q: number) => view.getFloat32(q),
      (q: number) => view.getBigInt64(q),
    ];
    for (const read of readers) {
      values.push(read(p + 4));
      p += 4 + view.getInt32(p);
    }
    assert.deepEqual(values, [7, id, 7, "import", user, movie, rating, at]);
  });
});
