/** Durations as the manifest writes them: `30s`, `10m`, `7d`, `1h30m`. Milliseconds in the code. */
import { z } from "zod";

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const FORM = /^(?=\d)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/;

/** Milliseconds of `text`; undefined when it is no duration, or is none at all (`0s`). */
export function parseDuration(text: string): number | undefined {
  const parts = FORM.exec(text)?.slice(1);
  if (parts === undefined) return undefined;
  const total = Object.values(UNITS).reduce((sum, unit, i) => sum + Number(parts[i] ?? 0) * unit, 0);
  return total > 0 ? total : undefined;
}

/** The shortest text that `parseDuration()` reads back; whole seconds. */
export function formatDuration(ms: number): string {
  let text = "";
  let rest = Math.round(ms / 1_000) * 1_000;
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || "0s";
}

/** What a text such as `30 sec` or `7 days` was meant to be, if that can be told. */
export function nearestDuration(text: string): string | undefined {
  const meant = text.toLowerCase()
    .replace(/(\d)\s*(day|hour|minute|min|second|sec|hr)s?\b/g, (_, digit, word) => digit + word[0])
    .replaceAll(/[\s,]/g, "");
  const guess = /^\d+$/.test(meant) ? `${meant}s` : meant;
  return parseDuration(guess) === undefined ? undefined : guess;
}

const WANTED = "a duration such as 30s, 10m, 1h30m or 7d";

/** How a duration is written, as JSON Schema says it. */
export const DURATION_PATTERN = FORM.source;

/** Schema of a duration; its value is in milliseconds. Tasks use it for their own parameters. */
export const duration = z.string(WANTED).meta({ pattern: DURATION_PATTERN }).transform(
  (text, context): number => {
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: "custom", message: WANTED, params: { nearest: nearestDuration(text) } });
    return z.NEVER;
  },
);
