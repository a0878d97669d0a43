/** Ten years of several schedules in several zones, of clocks that change, and of processes that die anywhere. */
import assert from "@std/assert";
import type { Schedule } from "../../../../tasks/runner/manifest/manifest.ts";
import { SUPERSEDED, TICK_MS } from "../../../../tasks/runner/schedule/settle.ts";
import { live, type Lived, type Settlement } from "./_life.ts";
import { Memory, memoryLedger, memoryRunner } from "./_memory.ts";
import { instantOf, labels } from "./_oracle.ts";

const FROM = "2026-01-10";

/** Times of day (on some weekdays) in a zone: 02:30 does not exist there on one day a year, or 00:45, and so on. */
const TIMES: Record<string, { zone: string; times: string[]; weekday?: number; only: string[] | null }> = {
  daily: { zone: "Europe/Berlin", times: ["02:30"], only: null },
  retrain: { zone: "Asia/Kathmandu", times: ["04:15"], weekday: 1, only: ["train"] },
  publish: { zone: "Australia/Lord_Howe", times: ["02:15", "08:15", "14:15", "20:15"], only: ["publish"] },
  monitor: { zone: "America/New_York", times: ["01:30", "13:30"], only: ["monitor"] },
};

function schedulesOf(catchUp: Schedule["catchUp"]): Schedule[] {
  return Object.entries(TIMES).map(([name, { zone, times, weekday = "*", only }]) => {
    const [minute] = new Set(times.map((time) => Number(time.slice(3))));
    const cron = `${minute} ${times.map((time) => Number(time.slice(0, 2)))} * * ${weekday}`;
    return { name, cron, timezone: zone, catchUp, overlap: "queue", only };
  });
}

/** Every instant at which `name` was due, by the clock of its zone. */
function dueOf(name: string): { at: number; day: string }[] {
  const { zone, times, weekday } = TIMES[name];
  return labels("2026-01-08", "2036-01-13")
    .filter((day) => weekday === undefined || new Date(day).getUTCDay() === weekday)
    .flatMap((day) => times.map((time) => ({ at: instantOf(day, time, zone), day })));
}

async function lifeOf(catchUp: Schedule["catchUp"], { seed, to }: { seed: number; to: string }) {
  const memory = new Memory();
  memory.newestDay = "2026-01-08"; // parts of a day make no sense before the first
  const runs: string[] = [];
  const repeats: string[] = [];
  const lived = await live({
    schedules: schedulesOf(catchUp),
    from: FROM,
    to,
    seed,
    mortality: 0.003,
    ledger: memoryLedger(memory),
    runner: (pretence) =>
      memoryRunner(memory, {
        ...pretence,
        closed: (key) => runs.push(key),
        repeated: (key) => repeats.push(key),
      }),
  });
  return { memory, runs, repeats, lived };
}

type What = "done" | "missed" | "done or superseded" | "superseded";

/** What must have become of each instant, from when which process settled its schedule. */
function expected(name: string, catchUp: Schedule["catchUp"], { settlements }: Lived): Map<string, What> {
  const own = settlements.filter(({ schedule }) => schedule === name);
  const due = dueOf(name).filter(({ at }) => at <= own[own.length - 1].at);
  const found = new Map<string, What>();
  let next = due.findIndex(({ at }) => at > own[0].at);
  // A whole day that was just due when the first scheduler came is not lost, unless nothing is to be made up.
  if (TIMES[name].only === null && catchUp !== "none") next--;
  for (const settlement of own) {
    const first = next;
    while (next < due.length && due[next].at <= settlement.at) next++;
    judge(due.slice(first, next).map(({ at }) => at), settlement, catchUp).forEach((what, at) =>
      found.set(new Date(at).toISOString(), what)
    );
  }
  return found;
}

function judge(due: number[], { bootedAt }: Settlement, catchUp: Schedule["catchUp"]): Map<number, What> {
  const slept = due.filter((at) => at < bootedAt - TICK_MS);
  const awake = due.slice(slept.length);
  return new Map([
    ...slept.map((at, i): [number, What] => {
      const isMadeUp = catchUp === "all" || catchUp === "last" && i === slept.length - 1;
      return [at, isMadeUp ? "done" : "missed"];
    }),
    ...awake.map((at, i): [number, What] => {
      if (i < awake.length - 1) return [at, "superseded"];
      return [at, catchUp === "all" ? "done" : "done or superseded"];
    }),
  ]);
}

Deno.test("a decade of deaths with catch_up all: every slot and label once, none missed", async () => {
  const { memory, runs, repeats, lived } = await lifeOf("all", { seed: 11, to: "2036-01-10" });
  assert.ok(lived.deaths > 500, `${lived.deaths} deaths`);
  assert.equal(new Set(runs).size, runs.length, "no run ends twice");
  // Only who died between a run's end and its entry may ask for it again.
  assert.ok(repeats.length <= lived.deaths, `${repeats.length} runs asked for again`);
  const slots = [...memory.slots.values()];
  for (const name of Object.keys(TIMES)) {
    const own = slots.filter(({ schedule }) => schedule === name);
    const wanted = [...expected(name, "all", lived).keys()];
    assert.deepEqual(own.map(({ due_at }) => due_at.toISOString()).sort(), wanted, name);
    assert.deepEqual(own.filter(({ status }) => status !== "done"), [], name);
  }
  const days = [...memory.days.keys()];
  assert.deepEqual(days, labels(days[0], days[days.length - 1]), "each label once, in order");
  assert.ok(days.length > 3_600);
  assert.equal(
    runs.length,
    new Set(
      slots.map(({ is_part, day, due_at, schedule }) =>
        is_part ? `${schedule} ${due_at.toISOString()}` : day
      ),
    ).size,
  );
});

for (const catchUp of ["last", "none"] as const) {
  Deno.test(`three years of deaths with catch_up ${catchUp}: exactly the expected ones are made up`, async () => {
    const { memory, runs, lived } = await lifeOf(catchUp, { seed: 12, to: "2029-01-10" });
    assert.equal(new Set(runs).size, runs.length, "no run ends twice");
    const wrong: string[] = [];
    let [missed, superseded] = [0, 0];
    for (const name of Object.keys(TIMES)) {
      const wanted = expected(name, catchUp, lived);
      const own = [...memory.slots.values()].filter(({ schedule }) => schedule === name);
      assert.deepEqual(own.map(({ due_at }) => due_at.toISOString()).sort(), [...wanted.keys()], name);
      for (const { due_at, status, reason } of own) {
        const what = wanted.get(due_at.toISOString())!;
        if (what === "missed") missed++;
        if (reason === SUPERSEDED) superseded++;
        const found = reason === SUPERSEDED ? "superseded" : status;
        if (!what.split(" or ").includes(found)) {
          wrong.push(`${name} ${due_at.toISOString()}: ${found}, not ${what}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(missed > 100, `${missed} missed`);
    assert.ok(superseded < 10, `${superseded} superseded`);
  });
}
