import assert from "@std/assert";
import { connect } from "../../sql/db.ts";
import { testPool } from "../support/database.ts";
import { count, lines, numbersPool, Q, session } from "./_numbers.ts";

const encoder = new TextEncoder();

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let whole = "";
  for await (const chunk of bytes) whole += decoder.decode(chunk, { stream: true });
  return whole;
}

Deno.test("copyIn() takes every byte", async () => {
  await using pool = await numbersPool();
  await pool.copyIn(`${Q}/copy_in`, lines(20_000));
  await pool.transaction((tx) => tx.copyIn(`${Q}/copy_in`, [encoder.encode("-1\n-"), encoder.encode("2\n")]));
  await pool.copyIn(`${Q}/copy_in`, []);
  assert.equal(await count(pool), 20_002);
});

Deno.test("copyIn() throws what the server says of a line in the middle", async () => {
  await using pool = await numbersPool();
  await assert.rejects(pool.copyIn(`${Q}/copy_in`, lines(500_000, 1234)), { code: "22P02", message: /"x"/ });
  assert.equal(await count(pool), 0);
});

Deno.test("copyIn() throws what the server says after the last byte", async () => {
  await using pool = await numbersPool();
  const twice = () => [encoder.encode("7\n7\n")];
  await assert.rejects(pool.copyIn(`${Q}/copy_in`, twice()), { code: "23505" });
  await pool.transaction(async (tx) => {
    await assert.rejects(tx.transaction((inner) => inner.copyIn(`${Q}/copy_in`, twice())), { code: "23505" });
    await tx.copyIn(`${Q}/copy_in`, lines(5));
  });
  assert.equal(await count(pool), 5);
});

Deno.test("copyIn() adds nothing when its source fails", async () => {
  await using pool = await numbersPool();
  const broken = function* () {
    yield* lines(5000);
    throw new RangeError("source broke");
  };
  await assert.rejects(pool.copyIn(`${Q}/copy_in`, broken()), {
    name: "RangeError",
    message: "source broke",
  });
  assert.equal(await count(pool), 0);
});

Deno.test("copyIn() fails when its connection is lost", async () => {
  await using pool = await numbersPool();
  const body = pool.transaction(async (tx) => {
    const pid = await session(tx);
    await tx.copyIn(
      `${Q}/copy_in`,
      async function* () {
        yield* lines(100_000);
        await pool.execute(`${Q}/end_session`, [pid]);
        for (let i = 0; i < 1000; i++) yield* lines(1000);
      }(),
    );
  });
  await assert.rejects(body);
  assert.equal(await count(pool), 0);
});

Deno.test("copyIn() refuses a statement that does not copy, and one beside it", async () => {
  await using pool = await numbersPool();
  await assert.rejects(pool.copyIn(`${Q}/count_numbers`, []), /no COPY … FROM STDIN/);
  await pool.transaction(async (tx) => {
    const source = async function* () {
      await assert.rejects(tx.execute(`${Q}/insert_number`, [1]), /beside an open COPY/);
      yield* lines(3);
    };
    await tx.copyIn(`${Q}/copy_in`, source());
  });
  assert.equal(await count(pool), 3);
});

Deno.test("copyOut() gives every byte, under its settings only", async () => {
  await using pool = await testPool();
  const expected = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join("");
  assert.equal(await text(pool.copyOut(`${Q}/copy_out`, { up_to: 200_000 })), expected);
  await pool.transaction(async (tx) => {
    assert.equal(await text(tx.copyOut(`${Q}/copy_out`, { up_to: 2 })), "1\n2\n");
    assert.equal(await text(tx.copyOut(`${Q}/copy_out`, { up_to: 0 })), "");
  });
  await assert.rejects(text(pool.copyOut(`${Q}/copy_out`)), { code: "22P02" });
});

Deno.test("copyOut() left early ends the COPY and not the transaction", async () => {
  await using pool = await numbersPool();
  const narrow = connect(pool.url, { max: 1 });
  for await (const chunk of narrow.copyOut(`${Q}/copy_out`, { up_to: 2_000_000_000 })) {
    assert.ok(chunk.length > 0);
    break;
  }
  await narrow.transaction(async (tx) => {
    await tx.execute(`${Q}/insert_number`, [1]);
    for await (const _ of tx.copyOut(`${Q}/copy_out`, { up_to: 2_000_000_000 })) break;
    await tx.execute(`${Q}/insert_number`, [2]);
  });
  assert.equal(await count(narrow), 2);
  await narrow.end();
});

Deno.test("copyOut() feeds copyIn() on another connection, one held back by the other", async () => {
  await using pool = await numbersPool();
  await pool.transaction((tx) =>
    tx.copyIn(`${Q}/copy_in`, pool.copyOut(`${Q}/copy_out`, { up_to: 300_000 }))
  );
  assert.equal(await count(pool), 300_000);
});

Deno.test("copyOut() fails when its connection is lost", async () => {
  await using pool = await testPool();
  const body = pool.transaction(async (tx) => {
    const pid = await session(tx);
    for await (const _ of tx.copyOut(`${Q}/copy_out`, { up_to: 50_000_000 })) {
      await pool.execute(`${Q}/end_session`, [pid]);
    }
  });
  await assert.rejects(body);
});
