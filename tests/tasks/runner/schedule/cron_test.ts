import assert from "@std/assert";
import { dueBetween, lastDue, nextDue } from "../../../../tasks/runner/schedule/cron.ts";
import { instantOf, labels, wallClock } from "./_oracle.ts";

/** Due instants of two days around `day`, as "MM-DD HH:MM" in the zone. */
function local(cron: string, timezone: string, [from, to]: [string, string]): string[] {
  return dueBetween({ cron, timezone }, new Date(from), new Date(to))
    .map((at) => `${wallClock(at.getTime(), timezone).slice(5)}${at.toISOString().slice(10, 16)}`);
}

Deno.test("dueBetween() is open at its start and closed at its end", () => {
  const daily = { cron: "0 2 * * *", timezone: "UTC" };
  const due = (from: string, to: string) => dueBetween(daily, new Date(from), new Date(to)).length;
  assert.equal(due("2026-03-01T02:00:00Z", "2026-03-02T01:59:59.999Z"), 0);
  assert.equal(due("2026-03-01T02:00:00Z", "2026-03-02T02:00:00Z"), 1);
  assert.equal(due("2026-03-01T01:59:59.999Z", "2026-03-02T02:00:00Z"), 2);
});

Deno.test("a fixed time that the clock leaps over is due at the leap, once", () => {
  const spring: [string, string] = ["2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"];
  assert.deepEqual(local("30 2 * * *", "Europe/Berlin", spring), ["03-29 03:00T01:00"]);
  assert.deepEqual(local("30 2,14 * * *", "Europe/Berlin", spring), [
    "03-28 14:30T13:30",
    "03-29 03:00T01:00",
  ]);
  assert.deepEqual(
    local("15 2 * * *", "Australia/Lord_Howe", ["2026-10-03T00:00:00Z", "2026-10-04T00:00:00Z"]),
    [
      "10-04 02:30T15:30",
    ],
    "a leap of half an hour",
  );
  assert.deepEqual(local("0 0 * * *", "Asia/Beirut", ["2026-03-28T00:00:00Z", "2026-03-29T12:00:00Z"]), [
    "03-29 01:00T22:00",
  ], "a leap at midnight keeps the day's label");
});

Deno.test("a fixed time that the clock shows twice is due the first time only", () => {
  const autumn: [string, string] = ["2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"];
  assert.deepEqual(local("30 2 * * *", "Europe/Berlin", autumn), ["10-25 02:30T00:30"]);
  assert.deepEqual(local("30 2,3 * * *", "Europe/Berlin", autumn), [
    "10-25 02:30T00:30",
    "10-25 03:30T02:30",
  ]);
  assert.deepEqual(
    local("45 1 * * *", "Australia/Lord_Howe", ["2026-04-04T00:00:00Z", "2026-04-05T00:00:00Z"]),
    [
      "04-05 01:45T14:45",
    ],
  );
});

Deno.test("what recurs by the hour keeps to real time, over leaps and repeated hours", () => {
  const changes = [["2026-03-01", "2026-04-10"], ["2026-10-01", "2026-11-10"]];
  for (const timezone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]) {
    const gaps = changes.flatMap(([from, to]) => {
      const due = dueBetween({ cron: "0 * * * *", timezone }, new Date(from), new Date(to));
      return due.slice(1).map((at, i) => (at.getTime() - due[i].getTime()) / 60_000);
    });
    // Lord Howe's clock moves by half an hour, and the full hours with it.
    const wanted = timezone === "Australia/Lord_Howe" ? [60, 90] : [60];
    assert.deepEqual([...new Set(gaps)].sort(), wanted, timezone);
  }
});

Deno.test("zones with half hours and quarters are due at their own wall time, every day of ten years", () => {
  for (
    const timezone of ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
  ) {
    const days = labels("2026-01-02", "2035-12-31");
    const due = dueBetween(
      { cron: "15 2 * * *", timezone },
      new Date(instantOf("2026-01-01", "02:15", timezone)),
      new Date(instantOf("2035-12-31", "02:15", timezone)),
    );
    assert.deepEqual(due.map((at) => wallClock(at.getTime(), timezone).slice(0, 10)), days, timezone);
    assert.deepEqual(
      due.map((at) => at.getTime()),
      days.map((day) => instantOf(day, "02:15", timezone)),
      timezone,
    );
  }
});

Deno.test("nextDue() answers the same whatever it was asked before", () => {
  const pattern = { cron: "30 2 * * *", timezone: "Europe/Berlin" };
  const times = [
    "2026-03-28T12:00Z",
    "2026-03-29T01:00Z",
    "2026-03-29T00:59Z",
    "2026-10-25T00:45Z",
    "2026-01-01T00:00Z",
  ];
  const answers = times.map((time) => nextDue(pattern, new Date(time))?.toISOString());
  assert.deepEqual(
    times.toReversed().map((time) => nextDue(pattern, new Date(time))?.toISOString()),
    answers.toReversed(),
  );
  assert.deepEqual(answers, [
    "2026-03-29T01:00:00.000Z",
    "2026-03-30T00:30:00.000Z",
    "2026-03-29T01:00:00.000Z",
    "2026-10-26T01:30:00.000Z",
    "2026-01-01T01:30:00.000Z",
  ]);
});

Deno.test("lastDue() counts an instant as its own last", () => {
  const last = (cron: string, at: string) =>
    lastDue({ cron, timezone: "UTC" }, new Date(at))?.toISOString().slice(0, 16);
  assert.equal(last("0 2 * * *", "2026-03-02T01:59:59.999Z"), "2026-03-01T02:00");
  assert.equal(last("0 2 * * *", "2026-03-02T02:00:00Z"), "2026-03-02T02:00");
  assert.equal(last("30 4 * * 1", "2026-03-05T12:00:00Z"), "2026-03-02T04:30");
  assert.equal(last("0 12 29 2 *", "2026-03-01T00:00:00Z"), "2024-02-29T12:00");
});
