import assert from "@std/assert";
import fc from "fast-check";
import { nearest } from "../../models/nearest.ts";

const NAMES = ["retry", "enabled", "params", "timeout", "task", "as"];

Deno.test("nearest() finds the name behind a typing slip", () => {
  const slips = {
    retires: "retry",
    enabeld: "enabled",
    param: "params",
    tiemout: "timeout",
    TASK: "task",
    sa: "as",
  };
  for (const [word, name] of Object.entries(slips)) assert.equal(nearest(word, NAMES), name, word);
});

Deno.test("nearest() guesses nothing where too much would have to change", () => {
  for (const word of ["", "checks", "when", "x".repeat(100_000)]) {
    assert.equal(nearest(word, NAMES), undefined);
  }
  assert.equal(nearest("retry", []), undefined);
});

Deno.test("nearest() takes a name that is one edit away over all that are further", () => {
  const name = fc.string({ minLength: 5, maxLength: 12, unit: fc.constantFrom(..."abcdef") });
  fc.assert(fc.property(name, fc.nat(), fc.array(name), (right, place, others) => {
    const at = place % right.length;
    const slips = [right.slice(0, at) + right.slice(at + 1), `${right.slice(0, at)}x${right.slice(at)}`];
    for (const slip of slips) {
      const found = nearest(slip, [...others, right]);
      assert.ok(found !== undefined && Math.abs(found.length - slip.length) <= 1, `${slip}: ${found}`);
    }
  }));
});
