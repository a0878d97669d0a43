import assert from "@std/assert";
import type { Schedule } from "../../../../tasks/runner/manifest/manifest.ts";
import { type Moment, settle, watchFrom } from "../../../../tasks/runner/schedule/settle.ts";
import { createWatch } from "../../../../tasks/runner/schedule/tick.ts";

const DAILY: Schedule = {
  name: "daily",
  cron: "0 2 * * *",
  timezone: "UTC",
  catchUp: "last",
  overlap: "queue",
  only: null,
};
const at = (text: string) => new Date(`${text}:00Z`);

/** Settles what came due between two times: "label status", with "made up" where it is. */
function settled(
  parts: Partial<Schedule>,
  [from, to]: [string, string],
  moment: Partial<Moment> = {},
): string[] {
  const now = at(to);
  const { slots } = settle({ ...DAILY, ...parts }, at(from), {
    now,
    watchedFrom: now,
    busy: null,
    newestDay: null,
    ...moment,
  });
  return slots.map(({ day, status, isMadeUp }) => `${day} ${status}${isMadeUp ? " made up" : ""}`);
}

Deno.test("settle() makes up all, the last or none of what was due while no scheduler ran", () => {
  const away: [string, string] = ["2026-03-01T02:00", "2026-03-04T12:00"];
  const [a, b, c] = ["2026-03-02", "2026-03-03", "2026-03-04"];
  assert.deepEqual(settled({ catchUp: "all" }, away), [a, b, c].map((day) => `${day} queued made up`));
  assert.deepEqual(settled({ catchUp: "last" }, away), [`${a} missed`, `${b} missed`, `${c} queued made up`]);
  assert.deepEqual(settled({ catchUp: "none" }, away), [a, b, c].map((day) => `${day} missed`));
});

Deno.test("settle() takes what is due within a tick of the start for punctual, even with catch_up none", () => {
  const window: [string, string] = ["2026-03-01T02:00", "2026-03-02T02:00"];
  const one = (watchedFrom: string) =>
    settled({ catchUp: "none" }, window, {
      now: new Date("2026-03-02T02:01:30Z"),
      watchedFrom: new Date(watchedFrom),
    });
  assert.deepEqual(one("2026-03-02T02:01:00.000Z"), ["2026-03-02 queued"]);
  assert.deepEqual(one("2026-03-02T02:01:00.001Z"), ["2026-03-02 missed"]);
});

Deno.test("settle() lets one slot of a schedule wait for a run at work, or skips it, as overlap says", () => {
  const window: [string, string] = ["2026-03-01T02:00", "2026-03-02T02:00"];
  const watchedFrom = at("2026-02-01T00:00");
  assert.deepEqual(settled({ overlap: "skip" }, window, { watchedFrom, busy: "a run" }), [
    "2026-03-02 skipped",
  ]);
  assert.deepEqual(settled({ overlap: "skip" }, window, { watchedFrom }), ["2026-03-02 queued"]);
  const queued = settle(DAILY, at(window[0]), {
    now: at(window[1]),
    watchedFrom,
    busy: "a run",
    newestDay: null,
  });
  assert.deepEqual(queued.slots.map(({ status }) => status), ["queued"]);
  assert.equal(queued.supersedes, true, "what waited since before makes way");
});

Deno.test("settle() of several ticks in one queues the newest alone", () => {
  const parts = { cron: "*/2 * * * *", only: ["publish"] };
  const watchedFrom = at("2026-03-01T00:00");
  assert.deepEqual(settled(parts, ["2026-03-01T10:00", "2026-03-01T10:05"], { watchedFrom }), [
    "2026-03-01 skipped",
    "2026-03-01 queued",
  ]);
});

Deno.test("settle() makes nothing way for what is made up", () => {
  const now = at("2026-03-04T12:00");
  assert.equal(
    settle(DAILY, at("2026-03-01T02:00"), { now, watchedFrom: now, busy: null, newestDay: null }).supersedes,
    false,
  );
});

Deno.test("settle() gives labels by the date in the zone", () => {
  const day = (timezone: string) =>
    settled({ timezone, cron: "30 0 * * *" }, ["2026-03-01T00:00", "2026-03-02T00:00"], {
      watchedFrom: at("2026-02-01T00:00"),
    });
  assert.deepEqual(day("Asia/Kolkata"), ["2026-03-02 queued"]); // 19:00 UTC of the day before
  assert.deepEqual(day("America/New_York"), ["2026-03-01 queued"]); // 05:30 UTC
});

Deno.test("settle() with a clock that was set back settles nothing twice", () => {
  const watchedFrom = at("2026-02-01T00:00");
  const { slots, settledTo } = settle(DAILY, at("2026-03-02T02:00"), {
    now: at("2026-03-01T01:00"),
    watchedFrom,
    busy: null,
    newestDay: null,
  });
  assert.deepEqual([slots, settledTo], [[], at("2026-03-02T02:00")]);
});

Deno.test("watchFrom() lets a first scheduler take the whole day that was just due, once", () => {
  const now = at("2026-03-02T12:00");
  const moment = { now, watchedFrom: now, busy: null, newestDay: null, begunDay: null };
  const first = watchFrom(DAILY, moment);
  const { slots } = settle(DAILY, first, moment);
  assert.deepEqual(slots.map(({ day, isMadeUp }) => [day, isMadeUp]), [["2026-03-02", true]]);
  assert.deepEqual(settle(DAILY, now, { ...moment, now: at("2026-03-02T12:01") }).slots, []);
  assert.deepEqual(watchFrom({ ...DAILY, catchUp: "none" }, moment), now);
  assert.deepEqual(watchFrom({ ...DAILY, only: ["publish"] }, moment), now, "a part waits for its next time");
});

Deno.test("watchFrom() begins with what comes next where that day, or a later one, was run by hand", () => {
  const now = at("2026-03-02T01:00"); // last due on March 1st
  const due = new Date(at("2026-03-01T02:00").getTime() - 1);
  const done = (newestDay: string) => watchFrom(DAILY, { now, newestDay, begunDay: newestDay });
  assert.deepEqual(["2026-02-28", "2026-03-01", "2026-03-02"].map(done), [due, now, now]);
  const begun = (begunDay: string) => watchFrom(DAILY, { now, newestDay: null, begunDay });
  assert.deepEqual(["2026-02-28", "2026-03-01", "2026-03-02"].map(begun), [due, due, now]);
});

Deno.test("settle() makes up no whole day before one that is done", () => {
  const away: [string, string] = ["2026-03-01T02:00", "2026-03-04T12:00"];
  const newestDay = "2026-03-04";
  assert.deepEqual(settled({ catchUp: "all" }, away, { newestDay }), [
    "2026-03-02 missed",
    "2026-03-03 missed",
    "2026-03-04 queued made up",
  ]);
  assert.deepEqual(settled({ catchUp: "all", only: ["publish"] }, away, { newestDay }), [
    "2026-03-02 queued made up",
    "2026-03-03 queued made up",
    "2026-03-04 queued made up",
  ]);
});

Deno.test("createWatch() starts anew after a gap: a machine that slept has watched nothing", () => {
  const watch = createWatch(at("2026-03-01T10:00"));
  assert.deepEqual(watch.tick(at("2026-03-01T10:01")), at("2026-03-01T10:00"));
  assert.deepEqual(watch.tick(at("2026-03-01T10:06")), at("2026-03-01T10:00"));
  assert.deepEqual(watch.tick(at("2026-03-01T10:12")), at("2026-03-01T10:12"));
});
