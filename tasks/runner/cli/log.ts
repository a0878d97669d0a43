/** What operators read while a run works: canonical lines, warnings, progress. All of it goes to stderr. */
import type { Log } from "../task.ts";

export type Field = string | number | boolean | null | undefined;
export type Fields = Record<string, Field>;

/** A line as it is kept with its run: `time` is ISO. */
export type KeptLine = Fields & { time: string; event: string };

export interface LogOptions {
  format: "logfmt" | "json";
  verbose: boolean;
  /** Whether stderr is a terminal: progress then redraws one line. */
  terminal: boolean;
  write: (text: string) => void;
  now: () => Date;
}

/** The log of one command. */
export interface RunLog {
  /** One canonical line: an event and its fields. */
  line(event: string, fields: Fields): void;
  /** Gives every line to `keep` as well, details too, until disposed. */
  keepIn(keep: (line: KeptLine) => void): Disposable;
  /** The log that a stage gets; its warnings are also kept for the summary. */
  ofStage(stage: string): Log;
  /** Warnings so far, as "stage: message". */
  readonly warnings: readonly string[];
}

const PROGRESS_EVERY_MS = { terminal: 200, plain: 5_000 };

export function createLog(options: LogOptions): RunLog {
  const warnings: string[] = [];
  const { format, now, write, verbose } = options;
  /** By stage. One that ends, however it does, is shown no more. */
  const shown = new Map<string, Shown>();
  const keepers = new Set<(line: KeptLine) => void>();
  const line = (event: string, fields: Fields, isShown = true) => {
    const all = { time: now().toISOString(), event, ...fields };
    for (const keep of keepers) keep(all);
    if (isShown) write((format === "json" ? JSON.stringify(all) : logfmt(all)) + "\n");
  };
  return {
    line(event, fields) {
      if (event === "stage") shown.delete(String(fields.stage));
      line(event, fields);
    },
    warnings,
    keepIn(keep) {
      keepers.add(keep);
      return { [Symbol.dispose]: () => void keepers.delete(keep) };
    },
    ofStage: (stage) => ({
      warn(message) {
        warnings.push(`${stage}: ${message}`);
        line("warning", { stage, message });
      },
      detail(message) {
        line("detail", { stage, message }, verbose);
      },
      progress: progressOf(stage, options, shown),
    }),
  };
}

/** What the one progress line of a terminal shows of a stage at work; in short where others work beside it. */
interface Shown {
  text: string;
  short: string;
}

function progressOf(
  stage: string,
  { terminal, write, now, format }: LogOptions,
  shown: Map<string, Shown>,
): Log["progress"] {
  const every = terminal ? PROGRESS_EVERY_MS.terminal : PROGRESS_EVERY_MS.plain;
  const startedAt = now().getTime();
  let lastAt = startedAt;
  return (done, total, unit) => {
    const at = now().getTime();
    const isLast = done >= total;
    if (at - lastAt < every && !(isLast && terminal && lastAt > startedAt)) return;
    lastAt = at;
    const rate = done / Math.max(1, at - startedAt) * 1000;
    if (format === "json") {
      write(JSON.stringify({ event: "progress", stage, done, total, unit, rate: Math.round(rate) }) + "\n");
      return;
    }
    // What a stage spends before its first row would make a first guess of hours out of a minute.
    const pace = done > total / 100 ? `, ${count(rate)}/s, ${duration((total - done) / rate)} left` : "";
    const text = `  ${stage}: ${count(done)} of ${count(total)} ${unit}${pace}`;
    if (!terminal) return write(`${text}\n`);
    if (isLast) shown.delete(stage);
    else shown.set(stage, { text, short: `${stage} ${Math.floor(100 * done / Math.max(1, total))} %` });
    write(`\r\x1b[2K${lineOf([...shown.values()])}`);
  };
}

function lineOf(shown: readonly Shown[]): string {
  if (shown.length > 1) return `  ${shown.map(({ short }) => short).join("  ·  ")}`;
  return shown.length === 0 ? "" : shown[0].text;
}

/** `key=value` pairs; a value with a blank, quote or equals sign is quoted. */
export function logfmt(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => {
      const text = String(value);
      return `${key}=${/[\s"=]/.test(text) || text === "" ? JSON.stringify(text) : text}`;
    })
    .join(" ");
}

/** 1234567 → "1,234,567". */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** Seconds as people say them: "0.4 s", "12 s", "3 min 05 s". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
