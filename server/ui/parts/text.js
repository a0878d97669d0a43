/** Figures and times as people read them. The server's times are UTC; they are shown in the reader's zone. */

const whole = new Intl.NumberFormat("en");

export const count = (n) => n === null || n === undefined ? "–" : whole.format(n);

/** 48210 as "48.2k": for axes and tiles. */
export const short = (n) =>
  n === null || n === undefined
    ? "–"
    : new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(n);

export const fixed = (value, digits = 2) =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(digits);

/** Three digits that say something: 0.000312, 0.25, 48, 1,008. */
export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 1000) return short(value);
  return String(Number(value.toPrecision(3)));
}

export const percent = (share, digits = 1) =>
  share === null || share === undefined ? "–" : `${(100 * share).toFixed(digits)} %`;

/** Milliseconds as "0.8 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (ms < 950) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds) / 60;
  if (minutes < 60) return `${Math.floor(minutes)} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${Math.floor(minutes % 60)} min`;
}

/** An instant in the reader's zone: "21 Nov 2026, 21:20", not broken over lines. */
export function at(time) {
  if (!time) return "–";
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }).replaceAll(" ", "\u00a0");
}

/** The day of an instant in the reader's zone: "21 Nov 2026". */
export const onDay = (time) =>
  time ? new Date(time).toLocaleDateString("en-GB", { dateStyle: "medium" }).replaceAll(" ", "\u00a0") : "–";

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "in 4 h", "3 min ago". */
export function fromNow(time, now = Date.now()) {
  if (!time) return "";
  const seconds = (new Date(time).getTime() - now) / 1000;
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return words.format(Math.round(seconds), "second");
}

/** rating_not_a_number as "rating not a number". */
export const plain = (name) => String(name).replaceAll("_", " ");

export const titleOf = ({ title, year }) => year ? `${title} (${year})` : title;
