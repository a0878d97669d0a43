import assert from "@std/assert";
import { connect } from "../../sql/db.ts";
import { testPool } from "../support/database.ts";
import { count, numbersPool, Q, session } from "./_numbers.ts";

Deno.test("rows() gives numbers for int8, text for date, Date for timestamptz, arrays and documents", async () => {
  await using pool = await testPool();
  const moment = new Date("2026-03-01T12:34:56.789Z");
  const params = [9_007_199_254_740_991, "2026-03-01", moment, [0.5, null, 3], ['a "b"', "c,{d}", ""], [
    1,
    2,
  ], true];
  const [row] = await pool.rows(`${Q}/types`, params);
  assert.deepEqual(row, {
    big: 9_007_199_254_740_991,
    day: "2026-03-01",
    moment,
    weights: [0.5, null, 3],
    names: ['a "b"', "c,{d}", ""],
    ids: [1, 2],
    is_so: true,
    document: { a: [1, null] },
    nothing: null,
  });
});

Deno.test("rows() works on more requests than there are connections", async () => {
  await using pool = await testPool();
  const narrow = connect(pool.url, { max: 2 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => narrow.rows<{ n: number }>(`${Q}/numbers`, [i])),
  );
  assert.deepEqual(answers.map(({ length }) => length), Array.from({ length: 20 }, (_, i) => i));
  await narrow.end();
});

Deno.test("execute() counts rows, and an error leaves the pool usable", async () => {
  await using pool = await numbersPool();
  assert.equal(await pool.execute(`${Q}/insert_number`, [1]), 1);
  await assert.rejects(pool.execute(`${Q}/insert_number`, [1]), {
    code: "23505",
    constraint_name: "numbers_pkey",
  });
  assert.equal(await count(pool), 1);
});

Deno.test("row() says which query file is missing", async () => {
  await using pool = await testPool();
  await assert.rejects(pool.row("no/such_query"), /no\/such_query\.sql/);
});

Deno.test("end() refuses what comes after it", async () => {
  await using pool = await testPool();
  const other = connect(pool.url);
  await other.rows(`${Q}/numbers`, [1]);
  await other.end();
  await other.end();
  await assert.rejects(other.rows(`${Q}/numbers`, [1]), /has ended/);
});

Deno.test("transaction() commits all, or nothing", async () => {
  await using pool = await numbersPool();
  await pool.transaction(async (tx) => {
    await tx.execute(`${Q}/insert_number`, [1]);
    await tx.execute(`${Q}/insert_number`, [2]);
  });
  const failing = pool.transaction(async (tx) => {
    await tx.execute(`${Q}/insert_number`, [3]);
    throw new RangeError("no");
  });
  await assert.rejects(failing, { name: "RangeError", message: "no" });
  assert.equal(await count(pool), 2);
});

Deno.test("transaction() within one is a savepoint", async () => {
  await using pool = await numbersPool();
  await pool.transaction(async (tx) => {
    await tx.execute(`${Q}/insert_number`, [1]);
    await assert.rejects(tx.transaction(async (inner) => {
      await inner.transaction((innermost) => innermost.execute(`${Q}/insert_number`, [2]));
      await inner.execute(`${Q}/insert_number`, [1]);
    }));
    await tx.transaction((inner) => inner.execute(`${Q}/insert_number`, [3]));
  });
  const rows = await pool.rows<{ n: number }>(`${Q}/all_numbers`);
  assert.deepEqual(rows.map(({ n }) => n), [1, 3]);
});

Deno.test("transaction() fails when the error of a statement was dropped, as nothing is committed", async () => {
  await using pool = await numbersPool();
  const careless = pool.transaction(async (tx) => {
    await tx.execute(`${Q}/insert_number`, [1]);
    await tx.execute(`${Q}/fail`).catch(() => {});
  });
  await assert.rejects(careless, /Cannot commit/);
  assert.equal(await count(pool), 0);
});

Deno.test("transaction() refuses statements that come after its end", async () => {
  await using pool = await numbersPool();
  const late = await pool.transaction((tx) => Promise.resolve(() => tx.execute(`${Q}/insert_number`, [1])));
  await assert.rejects(late(), /is over/);
  assert.equal(await count(pool), 0);
});

Deno.test("transaction() whose connection is lost runs nothing outside of it", async () => {
  await using pool = await numbersPool();
  const body = pool.transaction(async (tx) => {
    await tx.execute(`${Q}/insert_number`, [1]);
    await pool.execute(`${Q}/end_session`, [await session(tx)]);
    // The first to notice fails as the network does; then the loss is known, and none is sent any more.
    let said = "";
    while (!/lost/.test(said)) said = await tx.execute(`${Q}/insert_number`, [2]).then(() => "", String);
    await assert.rejects(tx.execute(`${Q}/insert_number`, [3]), /lost/);
    throw new RangeError("mine");
  });
  await assert.rejects(body, { message: "mine" });
  assert.equal(await count(pool), 0);
});

Deno.test("chunks() reads through a cursor, and its loop may run statements", async () => {
  await using pool = await numbersPool();
  const sizes: number[] = [];
  await pool.transaction(async (tx) => {
    for await (const rows of tx.chunks<{ n: number }>(`${Q}/numbers`, [25], 10)) {
      sizes.push(rows.length);
      await tx.execute(`${Q}/insert_number`, [rows[0].n]);
    }
  });
  assert.deepEqual(sizes, [10, 10, 5]);
  assert.equal(await count(pool), 3);
});

Deno.test("chunks() can be left early, and can fail", async () => {
  await using pool = await testPool();
  const narrow = connect(pool.url, { max: 1 });
  for await (const rows of narrow.chunks<{ n: number }>(`${Q}/numbers`, [1_000_000], 2)) {
    assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
    break;
  }
  await assert.rejects(Array.fromAsync(narrow.chunks(`${Q}/fail`, [], 2)), { code: "42601" });
  assert.equal((await narrow.rows(`${Q}/numbers`, [3])).length, 3);
  await narrow.end();
});

Deno.test("tryLock() gives a name to one holder at a time", async () => {
  await using pool = await testPool();
  const other = connect(pool.url);
  {
    await using lock = await pool.tryLock("one");
    assert.ok(lock);
    assert.equal(await other.tryLock("one"), null);
    assert.equal(await pool.tryLock("one"), null);
    await using different = await other.tryLock("another");
    assert.ok(different);
  }
  const lock = await other.tryLock("one");
  await lock?.[Symbol.asyncDispose]();
  await lock?.[Symbol.asyncDispose]();
  await other.transaction(async (tx) => assert.notEqual(await session(tx), await session(other)));
  await using again = await pool.tryLock("one");
  assert.ok(lock && again);
  await other.end();
});

Deno.test("tryLock() of a session that was lost is free for others", async () => {
  await using pool = await testPool();
  const other = connect(pool.url, { max: 1 });
  assert.ok(await other.tryLock("one"));
  const pid = await pool.row<{ pid: number }>(`${Q}/lock_holder`);
  await pool.execute(`${Q}/end_session`, [pid?.pid ?? 0]);
  // The server takes a moment to notice.
  let lock = await pool.tryLock("one");
  for (; !lock; lock = await pool.tryLock("one")) await pool.execute(`${Q}/wait`);
  await lock[Symbol.asyncDispose]();
});

Deno.test("listen() hears what is said after it, and nothing after it is disposed of", async () => {
  await using pool = await testPool();
  const heard: string[] = [];
  const both = Promise.withResolvers<void>();
  const listening = await pool.listen("test", (payload) => {
    heard.push(payload);
    if (heard.length === 2) both.resolve();
  });
  await pool.execute(`${Q}/notify`, ["a"]);
  await pool.execute(`${Q}/notify`, ["b"]);
  await both.promise;
  await listening[Symbol.asyncDispose]();
  await pool.execute(`${Q}/notify`, ["c"]);
  assert.deepEqual(heard, ["a", "b"]);
});

Deno.test("listen() hears again after its connection was lost", async () => {
  await using pool = await testPool();
  const heard = Promise.withResolvers<string>();
  await using _listening = await pool.listen("test", heard.resolve);
  await pool.execute(`${Q}/end_listeners`);
  let isHeard = false;
  heard.promise.then(() => isHeard = true);
  while (!isHeard) {
    await pool.execute(`${Q}/notify`, ["again"]);
    await pool.execute(`${Q}/wait`);
  }
  assert.equal(await heard.promise, "again");
});
