import assert from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { RowTap } from "../../sql/_row_tap.ts";

const text = new TextEncoder();
const words = new TextDecoder();

/** A message of the protocol: its type, int32 length with itself, the rest. */
function message(type: string, rest: string): Uint8Array {
  const bytes = new Uint8Array(5 + rest.length);
  bytes.set(text.encode(type));
  new DataView(bytes.buffer).setInt32(1, 4 + rest.length);
  bytes.set(text.encode(rest), 5);
  return bytes;
}

interface Heard {
  /** What the driver hears, as text. */
  others: string;
  rows: string;
}

/** Gives `bytes` in pieces of `size` to a tap. */
async function hear(bytes: Uint8Array, size: number): Promise<Heard> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const tap = new RowTap({ host: "127.0.0.1", port: listener.addr.port });
  const heard: Heard = { others: "", rows: "" };
  let reading: Promise<void> | undefined;
  const read = async () => {
    for await (const rows of tap.rows()) heard.rows += words.decode(rows);
  };
  const closed = new Promise((resolve) => tap.socket.on("close", resolve));
  tap.socket.on("data", (part: Uint8Array) => {
    heard.others += words.decode(part);
    // As copyOut() does: it begins to read when the driver has seen the answer to its COPY.
    if (reading === undefined && heard.others.includes("copy")) reading = read();
  });
  using _server = await listener.accept();
  // As if they came in these pieces: a network would join them.
  for (let at = 0; at < bytes.length; at += size) {
    tap.socket.emit("data", Buffer.from(bytes.slice(at, at + size)));
  }
  tap.socket.destroy();
  await closed;
  await reading;
  return heard;
}

const notice = fc.constantFrom(message("N", "notice"), message("S", ""), message("A", "ddd\0\0\0\0Hc"));
const row = fc.string({ unit: fc.constantFrom("a", "d", "c", "\0", "H"), maxLength: 40 });

Deno.test("RowTap takes the rows of a COPY and hands on all else, wherever the bytes are cut", async () => {
  const property = fc.asyncProperty(
    fc.array(
      fc.oneof({ weight: 5, arbitrary: row.map((r) => message("d", r)) }, { weight: 1, arbitrary: notice }),
      {
        maxLength: 30,
      },
    ),
    fc.integer({ min: 1, max: 60 }),
    async (stream, size) => {
      const copied = [
        message("H", "copy"),
        ...stream,
        message("c", ""),
        message("C", "done"),
        message("Z", "I"),
      ];
      const isRow = (one: Uint8Array) => one[0] === "d".charCodeAt(0);
      const all = [message("D", "ddd"), ...copied, message("d", "no row outside of a COPY")];
      const { others, rows } = await hear(joined(all), size);
      assert.equal(rows, words.decode(joined(stream.filter(isRow).map((one) => one.subarray(5)))));
      const handedOn = all.filter((one, place) => !isRow(one) || place === all.length - 1);
      assert.equal(others, words.decode(joined(handedOn)));
    },
  );
  await fc.assert(property, { numRuns: 40 });
});

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
