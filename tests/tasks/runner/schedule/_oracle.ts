/** When a fixed time of day is due in a zone, by asking its clock and not by any cron: the simulation's judge. */

const formats = new Map<string, Intl.DateTimeFormat>();
const MINUTE = 60_000;

/** "YYYY-MM-DD HH:MM" on the clock of `zone`. */
export function wallClock(at: number, zone: string): string {
  const style = { dateStyle: "short", timeStyle: "short", hourCycle: "h23" } as const;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-CA", { ...style, timeZone: zone });
  formats.set(zone, format);
  return format.format(at).replace(",", "");
}

/** The instant of `day` at `time`: its first one where the clock shows it twice, the leap's end where it never does. */
export function instantOf(day: string, time: string, zone: string): number {
  const wanted = `${day} ${time}`;
  const middle = Date.parse(`${day}T${time}:00Z`);
  // The clock never goes back by more than it is read forward here, so the first instant not before `wanted` is it.
  let [low, high] = [middle - 15 * 60 * MINUTE, middle + 15 * 60 * MINUTE];
  while (high - low > MINUTE) {
    const between = low + Math.floor((high - low) / MINUTE / 2) * MINUTE;
    if (wallClock(between, zone) < wanted) low = between;
    else high = between;
  }
  // Where the clock went back, an earlier instant may show the same.
  for (const earlier of [30, 60]) {
    if (wallClock(high - earlier * MINUTE, zone) === wanted) return high - earlier * MINUTE;
  }
  return high;
}

/** Every label from `from` to `to`. */
export function labels(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 24 * 60 * MINUTE) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
