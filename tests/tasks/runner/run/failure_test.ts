import assert from "@std/assert";
import fc from "fast-check";
import { CheckError } from "../../../../tasks/runner/errors.ts";
import { causeOf, pauseOf } from "../../../../tasks/runner/run/failure.ts";

const retry = { attempts: 9, backoff: 1_000, max: 5_000, jitter: 0, on: ["error" as const] };

Deno.test("pauseOf() doubles up to its ceiling", () => {
  const pauses = [1, 2, 3, 4, 5, 60].map((attempt) => pauseOf(retry, { attempt, seed: 1 }));
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
});

Deno.test("pauseOf() leaves a share to chance, the same for the same seed and attempt", () => {
  const jittered = { ...retry, jitter: 0.25 };
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, attempt) => {
    const whole = pauseOf(retry, { attempt, seed });
    const pause = pauseOf(jittered, { attempt, seed });
    assert.ok(pause <= whole && pause >= 0.75 * whole - 1);
    assert.equal(pauseOf(jittered, { attempt, seed }), pause);
  }));
  const spread = new Set(Array.from({ length: 50 }, (_, seed) => pauseOf(jittered, { attempt: 1, seed })));
  assert.ok(spread.size > 40);
});

Deno.test("causeOf() tells checks, lost databases and time that ran out from other errors, through their causes", () => {
  const within = (cause: unknown) => new Error("outer", { cause });
  const lost = Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" });
  const restarting = Object.assign(new Error("starting up"), { code: "57P03" });
  const refused = Object.assign(new Error("duplicate key"), { code: "23505" });
  const timeout = new DOMException("Stage took longer than 1 s", "TimeoutError");
  assert.equal(causeOf(within(new CheckError("too few rows")), undefined), "check");
  for (const error of [lost, restarting]) assert.equal(causeOf(within(error), undefined), "database");
  for (const error of [refused, new Deno.errors.BrokenPipe(), "text", undefined]) {
    assert.equal(causeOf(error, undefined), "error");
  }
  assert.equal(causeOf(within(timeout), timeout), "timeout");
  assert.equal(causeOf(new Error("aborted"), timeout), "timeout");
  assert.equal(causeOf(within(lost), timeout), "database");
});

Deno.test("causeOf() ends where causes go in a circle", () => {
  const error = new Error("one");
  error.cause = new Error("two", { cause: error });
  assert.equal(causeOf(error, undefined), "error");
});
