import assert from "@std/assert";
import { createTicker, dueLabel } from "../../../tasks/runner/commands/schedule.ts";

Deno.test("dueLabel() is the day of the last time that was due", () => {
  const label = (cron: string, now: string) => dueLabel(cron, new Date(now));
  assert.equal(label("0 2 * * *", "2026-03-02T01:59:59.999Z"), "2026-03-01");
  assert.equal(label("0 2 * * *", "2026-03-02T02:00:00Z"), "2026-03-02", "due at the very minute");
  assert.equal(label("0 2 * * *", "2026-03-02T02:00:01Z"), "2026-03-02");
  assert.equal(label("0 2 * * *", "2026-03-02T23:00:00Z"), "2026-03-02");
  assert.equal(label("0 0 * * *", "2026-03-01T00:00:00Z"), "2026-03-01");
  // Mondays: the Thursday's label is the Monday before.
  assert.equal(label("30 4 * * 1", "2026-03-05T12:00:00Z"), "2026-03-02");
  // No summer time in UTC.
  assert.equal(label("30 2 * * *", "2026-03-29T02:30:00Z"), "2026-03-29");
  assert.equal(label("0 12 29 2 *", "2026-03-01T00:00:00Z"), "2024-02-29");
});

/** Work that lasts until it is told to end, and counts itself. */
function gatedWork() {
  const gates: PromiseWithResolvers<void>[] = [];
  const work = () => {
    gates.push(Promise.withResolvers());
    return gates[gates.length - 1].promise;
  };
  return { gates, work };
}

Deno.test("createTicker() begins nothing while the last work is under way", async () => {
  const { gates, work } = gatedWork();
  const ticker = createTicker(work, new AbortController().signal);
  ticker.start();
  ticker.start();
  ticker.start();
  assert.equal(gates.length, 1);
  gates[0].resolve();
  await ticker.idle();
  assert.equal(gates.length, 1, "a tick that was missed is not made up");
  ticker.start();
  assert.equal(gates.length, 2);
  gates[1].resolve();
  await ticker.idle();
});

Deno.test("createTicker() gives work the signal, and begins nothing once it is aborted", async () => {
  const stop = new AbortController();
  const signals: AbortSignal[] = [];
  const ticker = createTicker((signal) => (signals.push(signal), Promise.resolve()), stop.signal);
  ticker.start();
  await ticker.idle();
  stop.abort();
  ticker.start();
  await ticker.idle();
  assert.deepEqual(signals, [stop.signal]);
});

Deno.test("createTicker() waits in idle() for what is under way", async () => {
  const { gates, work } = gatedWork();
  const stop = new AbortController();
  const ticker = createTicker(work, stop.signal);
  await ticker.idle(); // nothing yet
  ticker.start();
  stop.abort();
  let isIdle = false;
  const idle = ticker.idle().then(() => isIdle = true);
  await Promise.resolve();
  assert.equal(isIdle, false);
  gates[0].resolve();
  await idle;
});
