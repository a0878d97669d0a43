import assert from "@std/assert";
import { deadlineOf } from "../../../../tasks/runner/notify/sla.ts";
import { manifestOf } from "../_fake_day.ts";

const deadline = (schedule: string, day: string, ready = "06:30") => {
  const manifest = manifestOf(
    `schedule: ${schedule}\nsla: { ready_by: "${ready}" }\nstages: [{ task: ingest }]`,
  );
  return deadlineOf(manifest, day)?.toISOString().slice(0, 16) ?? null;
};

Deno.test("deadlineOf() is the time of day in the schedule's zone, over changes of the clock", () => {
  const berlin = '{ cron: "0 2 * * *", timezone: Europe/Berlin }';
  assert.equal(deadline(berlin, "2026-03-28"), "2026-03-28T05:30");
  assert.equal(deadline(berlin, "2026-03-29"), "2026-03-29T04:30");
  assert.equal(deadline('{ timezone: Asia/Kathmandu, cron: "0 2 * * *" }', "2026-03-28"), "2026-03-28T00:45");
  assert.equal(
    deadline('{ timezone: Pacific/Kiritimati, cron: "0 2 * * *" }', "2026-03-28"),
    "2026-03-27T16:30",
  );
});

Deno.test("deadlineOf() of a day that is due in the evening is the next morning", () => {
  assert.equal(deadline('{ cron: "0 22 * * *" }', "2026-03-28"), "2026-03-29T06:30");
  assert.equal(deadline('{ cron: "30 6 * * *" }', "2026-03-28"), "2026-03-28T06:30", "due and ready at once");
});

Deno.test("deadlineOf() promises nothing for days on which nothing is due, or without ready_by", () => {
  assert.equal(deadline('{ cron: "0 2 * * 1" }', "2026-03-28"), null);
  assert.equal(deadline('{ cron: "0 2 * * 1" }', "2026-03-30"), "2026-03-30T06:30");
  assert.equal(deadlineOf(manifestOf("stages: [{ task: ingest }]"), "2026-03-28"), null);
});
