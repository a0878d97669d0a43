import assert from "@std/assert";
import fc from "fast-check";
import { asIs, type Container, decode, encode } from "../../models/container.ts";
import { FAMILY } from "../../models/family.ts";

const CONTAINER: Container = {
  header: { model: "bias", nested: { list: [1, "two", null] } },
  arrays: {
    a: Float32Array.of(1, 2, 3),
    b: Int32Array.of(7),
    empty: new Float64Array(0),
    c: Uint8Array.of(1, 2),
  },
};

const text = (value: string) => new TextEncoder().encode(value);

/** A file with `head` in the place of the header. */
function withHead(head: string): Uint8Array {
  const bytes = new Uint8Array(12 + head.length + 256);
  bytes.set(text("MATINEE1"));
  new DataView(bytes.buffer).setUint32(8, head.length, true);
  bytes.set(text(head), 12);
  return bytes;
}

Deno.test("decode() gives back what encode() took, at any place in memory", () => {
  const bytes = encode(CONTAINER);
  assert.deepEqual(decode(bytes), CONTAINER);
  const moved = new Uint8Array(bytes.length + 64);
  moved.set(bytes, 64);
  assert.deepEqual(decode(moved.subarray(64)), CONTAINER);
});

Deno.test("decode() says what is wrong with a foreign file", () => {
  for (
    const [bytes, message] of [
      [new Uint8Array(0), /should begin with "MATINEE1": found ""/],
      [text('{"model":"bias"}'), /should begin with "MATINEE1": found "\{\\"model\\""/],
      [text("MATINEE1"), /cut short: wanted 12 bytes, found 8/],
      [withHead("not json"), /its header should be JSON: SyntaxError/],
      [withHead("[]"), /its header should name arrays: found \[\]/],
      [withHead('{"header":{},"sections":{}}'), /should name arrays/],
      [
        withHead('{"header":{},"sections":[{"name":"a","kind":"Int64Array","length":1,"offset":0}]}'),
        /should name arrays/,
      ],
      [
        withHead('{"header":{},"sections":[{"name":"a","kind":"constructor","length":1,"offset":0}]}'),
        /should name arrays/,
      ],
      [
        withHead('{"header":{},"sections":[{"name":"a","kind":"Uint8Array","length":-1,"offset":0}]}'),
        /should name arrays/,
      ],
      [
        withHead('{"header":{},"sections":[{"name":"a","kind":"Float32Array","length":1,"offset":2}]}'),
        /should name arrays/,
      ],
      [
        withHead('{"header":{},"sections":[{"name":"a","kind":"Uint8Array","length":9999,"offset":0}]}'),
        /cut short/,
      ],
    ] as const
  ) assert.throws(() => decode(bytes), { name: "SyntaxError", message });
});

Deno.test("decode() of a truncated file is an error at every length that loses something", () => {
  const bytes = encode(CONTAINER);
  // The last array's padding may go.
  const needed = bytes.length - 64 + 2;
  for (let length = 0; length < needed; length++) {
    assert.throws(() => decode(bytes.slice(0, length)), { name: "SyntaxError" }, `${length} bytes`);
  }
  assert.deepEqual(decode(bytes.slice(0, needed)), CONTAINER);
});

Deno.test("decode() and open() of a file with flipped bytes give something or a SyntaxError, nothing else", () => {
  const bytes = encode(CONTAINER);
  const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(flips, (places) => {
    const damaged = bytes.slice();
    for (const [at, mask] of places) damaged[at] ^= mask;
    try {
      decode(damaged);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, String(error));
    }
  }));
});

for (const [name, model] of Object.entries(FAMILY)) {
  Deno.test(`${name} open() refuses another model's artifact and one without arrays or header`, () => {
    const other = name === "bias" ? "popularity" : "bias";
    const headers: Container["header"][] = [{ model: other }, {}, { model: 7 }, { model: null }];
    for (const header of headers) {
      assert.throws(() => model.open({ header, arrays: {} }), {
        name: "SyntaxError",
        message: new RegExp(`^Cannot open artifact as "${name}": found `),
      });
    }
  });
}

Deno.test("asIs() keeps what is of the type where it stands, and copies what is not", () => {
  const ids = Int32Array.of(3, 1);
  assert.equal(asIs(ids, Int32Array), ids);
  assert.deepEqual(asIs(Uint16Array.of(3, 1), Int32Array), ids);
});
