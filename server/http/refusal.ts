/** What a schema refused, in words: which field, what was wanted, what was found. */
import { z } from "@hono/zod-openapi";
import { nearest } from "../../models/nearest.ts";
import { type Fault, Problem } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** Longest value that is quoted back, in characters. */
const LONGEST_QUOTE = 60;
/** More faults than this are not listed: the first ones tell enough. */
const MOST_FAULTS = 10;

export interface Refused {
  issues: readonly Issue[];
  /** What was checked. */
  value: unknown;
}

/** The problem that tells a client what to mend. */
export function refusal({ issues, value }: Refused): Problem {
  const faults = issues.flatMap((issue) => faultsOf(issue, value)).slice(0, MOST_FAULTS);
  const [{ field, wanted, found }] = faults;
  const detail = `Cannot read ${field} as it should be ${wanted}${
    found === undefined ? "" : `: found ${found}`
  }`;
  return new Problem("bad-parameter", detail, { errors: faults });
}

/** A closed object: what it does not name is refused, and the refusal knows the names. */
export function closed<S extends z.core.$ZodLooseShape>(shape: S) {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? names : undefined,
  });
}

function faultsOf(issue: Issue, value: unknown): Fault[] {
  const path = issue.path.map(String);
  if (issue.code === "invalid_union") {
    // What is wrong is told of the form that the value comes nearest to.
    const [nearestForm = []] = issue.errors.toSorted((a, b) => a.length - b.length);
    const issues = nearestForm.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
    if (issues.length > 0) return issues.flatMap((inner) => faultsOf(inner, value));
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: [...path, key].join("."),
      ...unknownName(key, issue.message.split(", ")),
    }));
  }
  const found = valueAt(value, issue.path);
  return [{
    field: path.join(".") || "the request",
    wanted: wantedBy(issue),
    found: found === undefined ? "nothing" : quote(found),
  }];
}

function unknownName(key: string, known: readonly string[]): Omit<Fault, "field"> {
  const best = nearest(key, known);
  const wanted = known[0] === "" ? "left out: nothing is asked for here" : `one of ${known.join(", ")}`;
  return { wanted: best ? `${wanted} (did you mean ${quote(best)}?)` : wanted, found: quote(key) };
}

/** A noun that fits after "it should be". */
function wantedBy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`;
    case "too_small":
      return `${sizeOf(issue.origin)}at least ${issue.minimum}`;
    case "too_big":
      return `${sizeOf(issue.origin)}at most ${issue.maximum}`;
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_value":
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    default:
      // A schema of ours says it in these words already.
      return issue.message;
  }
}

const sizeOf = (origin: string) => origin === "array" || origin === "string" ? "of length " : "";

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}

/** `value` as JSON, cut short. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}…`;
}
