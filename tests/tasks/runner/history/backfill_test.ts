import assert from "@std/assert";
import fc from "fast-check";
import { backfillRange, missingDays } from "../../../../tasks/runner/history/backfill.ts";
import { dayAfter } from "../../../../tasks/runner/due.ts";
import { UsageError } from "../../../../tasks/runner/errors.ts";

const TODAY = "2026-03-01";

Deno.test("backfillRange() counts --days back from today, over the end of a month", () => {
  assert.deepEqual(backfillRange({ days: "1" }, TODAY), { from: TODAY, to: TODAY });
  assert.deepEqual(backfillRange({ days: "3" }, TODAY), { from: "2026-02-27", to: TODAY });
  assert.deepEqual(backfillRange({ from: "2026-02-01" }, TODAY), { from: "2026-02-01", to: TODAY });
});

Deno.test("backfillRange() refuses what is no range", () => {
  const refused: [Parameters<typeof backfillRange>[0], RegExp][] = [
    [{}, /either --days N, or --from/],
    [{ days: "3", from: TODAY }, /either --days N, or --from/],
    [{ days: "3", to: TODAY }, /--to belongs to --from/],
    [{ days: "0" }, /a number from 1/],
    [{ days: "1.5" }, /a number from 1/],
    [{ days: "99999" }, /a number from 1/],
    [{ from: "2026-02-30" }, /--from "2026-02-30" as a day/],
    [{ from: "yesterday" }, /as a day/],
    [{ from: "2026-02-02", to: "2026-02-01" }, /backwards/],
    [{ from: "2026-02-02", to: "2026-03-02" }, /today is 2026-03-01.*--next/],
    [{ from: "1026-02-02" }, /days at most/],
  ];
  for (const [values, message] of refused) {
    assert.throws(() => backfillRange(values, TODAY), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("missingDays() refuses days older than the newest finished one, unless they may be late", () => {
  const range = { from: "2026-02-26", to: TODAY };
  const finished = new Set(["2026-02-27", "2026-02-28"]);
  assert.throws(
    () => missingDays(range, { finished, late: false }),
    /2026-02-26 as 2026-02-28 is done already/,
  );
  assert.deepEqual(missingDays(range, { finished, late: true }), ["2026-02-26", TODAY]);
  assert.deepEqual(missingDays({ ...range, from: "2026-02-27" }, { finished, late: false }), [TODAY]);
});

Deno.test("missingDays() and what is finished are the range, each day once, oldest first", () => {
  const days = Array.from({ length: 40 }, (_, i) => i).reduce<string[]>(
    (all) => [...all, dayAfter(all[all.length - 1])],
    ["2026-02-10"],
  );
  const place = fc.nat(days.length - 1);
  fc.assert(fc.property(place, place, fc.subarray(days), (a, b, done) => {
    const range = { from: days[Math.min(a, b)], to: days[Math.max(a, b)] };
    const missing = missingDays(range, { finished: new Set(done), late: true });
    assert.deepEqual(missing, missing.toSorted());
    const wanted = days.filter((day) => day >= range.from && day <= range.to);
    assert.deepEqual([...missing, ...done.filter((day) => wanted.includes(day))].sort(), wanted);
  }));
});
