import assert from "@std/assert";
import { findKey, readKeys } from "../../../server/http/keys.ts";

const KEY = "0123456789abcdefghij";

Deno.test("readKeys() reads entries of lines, blanks and comments, and keeps no key", () => {
  const text = `# who may what
    ops:read,write,operate:${KEY}   # on call
    shop.web:read:${KEY}:with:colons  ui:write:${KEY}#sharp

  `;
  const keys = readKeys(text, "the test");
  assert.deepEqual(keys.map(({ name, scopes }) => [name, scopes]), [
    ["ops", ["read", "write", "operate"]],
    ["shop.web", ["read"]],
    ["ui", ["write"]],
  ]);
  assert.ok(!JSON.stringify(keys).includes(KEY));
  assert.equal(findKey(keys, KEY)?.name, "ops");
  assert.equal(findKey(keys, `${KEY}:with:colons`)?.name, "shop.web");
  assert.equal(findKey(keys, `${KEY}#sharp`)?.name, "ui");
  assert.deepEqual(readKeys("", "the test"), []);
});

Deno.test("findKey() finds no key that differs in anything", () => {
  const keys = readKeys(`ops:read:${KEY}`, "the test");
  for (const other of ["", KEY.slice(1), `${KEY} `, KEY.toUpperCase(), `ops:read:${KEY}`, "\0"]) {
    assert.equal(findKey(keys, other), null, JSON.stringify(other));
  }
  // Digests of some of these begin as the key's does.
  for (let i = 0; i < 2_000; i++) assert.equal(findKey(keys, `another key ${i}`), null);
});

Deno.test("readKeys() refuses what is no entry, and quotes no key", () => {
  const refused: Record<string, RegExp> = {
    [KEY]: /entry 1 of MATINEE_API_KEYS as it should be NAME:SCOPE\[,SCOPE\]:KEY: found another form/,
    [`ops:${KEY}`]: /found another form/,
    [`ops:reed:${KEY}`]: /a scope should be one of read, write, operate: found "reed"/,
    [`ops::${KEY}`]: /a scope should be one of .* found ""/,
    "ops:read:short": /key "ops" .* at least 20 characters: found 5\. Next: openssl rand -hex 24/,
    [`ops:read:${KEY} ops:write:${KEY}2`]: /each name should stand once: found "ops" twice/,
  };
  for (const [text, message] of Object.entries(refused)) {
    assert.throws(() => readKeys(text, "MATINEE_API_KEYS"), (error: Error) => {
      const isQuoted = error.message.includes(KEY) || error.message.includes("short:");
      return error instanceof SyntaxError && message.test(error.message) && !isQuoted;
    });
  }
});
