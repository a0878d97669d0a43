import assert from "@std/assert";
import fc from "fast-check";
import {
  formatDuration,
  nearestDuration,
  parseDuration,
} from "../../../../tasks/runner/manifest/duration.ts";

Deno.test("parseDuration() adds the units up, the largest first", () => {
  assert.equal(parseDuration("30s"), 30_000);
  assert.equal(parseDuration("10m"), 600_000);
  assert.equal(parseDuration("1h30m"), 5_400_000);
  assert.equal(parseDuration("7d"), 7 * 24 * 3_600_000);
  assert.equal(parseDuration("90s"), 90_000);
});

Deno.test("parseDuration() takes nothing else", () => {
  for (const text of ["", "30", "s", "0s", "30m1h", "1h 30m", "-5s", "1.5h", "5s5s", "5w", "999999d", "١s"]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

Deno.test("formatDuration() is read back as the same duration", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 99_999 * 86_400 }), (seconds) => {
    assert.equal(parseDuration(formatDuration(seconds * 1_000)), seconds * 1_000);
  }));
  assert.equal(formatDuration(5_400_000), "1h30m");
});

Deno.test("nearestDuration() guesses what people write elsewhere", () => {
  const guesses = {
    "30": "30s",
    "30 sec": "30s",
    "1 hour 30 minutes": "1h30m",
    "7 Days": "7d",
    "1h 30m": "1h30m",
  };
  for (const [text, guess] of Object.entries(guesses)) assert.equal(nearestDuration(text), guess, text);
  assert.equal(nearestDuration("weekly"), undefined);
});
