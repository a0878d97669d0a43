/** Times as data sets write them, as seconds since 1970: counted in one of three units, or ISO 8601. */

const TIME_FORMS = ["seconds", "milliseconds", "microseconds", "iso"] as const;
export type TimeForm = typeof TIME_FORMS[number];

const UNITS = { seconds: 1, milliseconds: 1e3, microseconds: 1e6 } as const;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
// Date, then perhaps a time with a fraction, then perhaps a zone.
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;
/** 10^11 seconds are in the year 5138, 10^11 milliseconds in 1973; and so on with a thousand times as many. */
const LEAST_MILLISECONDS = 1e11;
const LEAST_MICROSECONDS = 1e14;

/** The form that most of `texts` have; null when none of them is a time. */
export function timeFormOf(texts: Iterable<string>): TimeForm | null {
  const counts = new Map<TimeForm, number>();
  for (const text of texts) {
    const form = formOf(text.trim());
    if (form !== null) counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** Seconds since 1970; null when `text` is no time of that form. A time without a zone is UTC. */
export function toSeconds(text: string, form: TimeForm): number | null {
  if (form === "iso") return isoSeconds(text.trim());
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? Number(trimmed) / UNITS[form] : null;
}

function formOf(text: string): TimeForm | null {
  if (!NUMBER.test(text)) return isoSeconds(text) === null ? null : "iso";
  const size = Math.abs(Number(text));
  if (size >= LEAST_MICROSECONDS) return "microseconds";
  return size >= LEAST_MILLISECONDS ? "milliseconds" : "seconds";
}

function isoSeconds(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction, zone] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day)); // Date.UTC takes the years 0 to 99 for 1900
  const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - zoneSeconds(zone);
  return date.getTime() / 1000 + seconds + (fraction ? Number(`0.${fraction}`) : 0);
}

function zoneSeconds(zone = "Z"): number {
  if (/^[zu]/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(":", "") || "0")];
  return (zone[0] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}
