/** What the names in a condition stand for: the day, metrics, and what stages gave. */
import { nearest } from "../../../models/nearest.ts";
import { type Node, WhenError } from "./_when_syntax.ts";
import { oneOf } from "../_words.ts";

export type Name = Extract<Node, { kind: "name" }>;

/** What a condition is decided by. */
export interface Facts {
  /** The run's label, YYYY-MM-DD. */
  day: string;
  /** By stage name: how it ended, its outputs, `rows_in` and `rows_out`. */
  stages: Readonly<Record<string, StageFacts>>;
  /** The newest value of each metric. */
  metrics: Readonly<Record<string, number>>;
}

export type StageFacts = { status: "succeeded" | "skipped" } & Readonly<Record<string, unknown>>;

/** What is known before all is: a stage or `metrics` that they leave out may be anything. */
export type KnownFacts = Pick<Facts, "day" | "stages"> & Partial<Pick<Facts, "metrics">> & {
  /** Stages that they leave out, but of which it is known that they will have succeeded. */
  ahead?: ReadonlySet<string>;
};

/** Kleene's third truth value: it may be anything yet. */
export const UNKNOWN = Symbol("unknown");

/** What a name's values are like. */
export interface Kind {
  type: "string" | "number" | "any";
  /** All that it can be. */
  values?: readonly string[];
  /** How its values are written. */
  form?: RegExp;
  wanted: string;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const STATUSES = ["succeeded", "skipped"];
const NUMBER: Kind = { type: "number", wanted: "a number" };
const DAY: Kind = { type: "string", form: /^\d{4}-\d\d-\d\d$/, wanted: 'a day such as "2026-01-31"' };
const ANY: Kind = { type: "any", wanted: "any value" };

const DAY_PARTS: Readonly<Record<string, { kind: Kind; of: (date: Date) => string | number }>> = {
  weekday: {
    kind: { type: "string", values: WEEKDAYS, wanted: oneOf(WEEKDAYS) },
    of: (date) => WEEKDAYS[date.getUTCDay()],
  },
  day_of_month: { kind: NUMBER, of: (date) => date.getUTCDate() },
  month: { kind: NUMBER, of: (date) => date.getUTCMonth() + 1 },
  year: { kind: NUMBER, of: (date) => date.getUTCFullYear() },
};

/** Names that mean something else in a condition, so that no stage may have them. */
export const RESERVED: readonly string[] = [
  ...["and", "or", "not", "in", "is", "true", "false", "null"],
  ...["day", "metrics"],
];

export const namesStage = ({ path }: Name): boolean => path[0] !== "day" && path[0] !== "metrics";

/** @throws {WhenError} when the name stands for nothing. */
export function kindOf(name: Name): Kind {
  const { path: [first, part, ...rest], spans, start, end } = name;
  if (first === "day") return kindOfDay(name);
  if (part === undefined) {
    const wanted = first === "metrics"
      ? "a metric, such as metrics.psi"
      : `text in quotes, or an output, such as ${first}.status`;
    throw new WhenError({ start, end }, {
      message: `Cannot read ${JSON.stringify(first)} as a value`,
      wanted,
      nearest: first === "metrics" ? undefined : nearest(first, ["day"]),
    });
  }
  if (rest.length > 0) {
    const message = `Cannot find ${JSON.stringify(rest[0])} of ${first}.${part}`;
    throw new WhenError(spans[2], { message, wanted: `${first}.${part} alone` });
  }
  if (first === "metrics") return NUMBER;
  if (part === "status") return { type: "string", values: STATUSES, wanted: oneOf(STATUSES) };
  return part === "rows_in" || part === "rows_out" ? NUMBER : ANY;
}

function kindOfDay({ path: [, part, further], spans }: Name): Kind {
  if (part === undefined) return DAY;
  const parts = Object.keys(DAY_PARTS);
  if (!parts.includes(part)) {
    const message = `Cannot find ${JSON.stringify(part)} of the day`;
    throw new WhenError(spans[1], { message, wanted: oneOf(parts), nearest: nearest(part, parts) });
  }
  if (further === undefined) return DAY_PARTS[part].kind;
  const message = `Cannot find ${JSON.stringify(further)} of day.${part}`;
  throw new WhenError(spans[2], { message, wanted: `day.${part} alone` });
}

/** Its value by `facts`; null for what nobody gave, and `absent` for a stage or metrics that they leave out. */
export function lookUp({ path: [first, part] }: Name, facts: KnownFacts, absent: unknown): unknown {
  if (first === "day") {
    return part === undefined ? facts.day : DAY_PARTS[part].of(new Date(`${facts.day}T00:00:00Z`));
  }
  const held = first === "metrics"
    ? facts.metrics
    : Object.hasOwn(facts.stages, first)
    ? facts.stages[first]
    : undefined;
  if (held === undefined && part === "status" && facts.ahead?.has(first)) return "succeeded";
  if (held === undefined) return absent;
  return Object.hasOwn(held, part) ? held[part] ?? null : null;
}
