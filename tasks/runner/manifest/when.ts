/**
 * `when`: a condition on the day, on metrics and on what the stages above gave, such as
 * `train.mode == "scratch" and metrics.psi > 0.25`. It has no calls and no loops, so that it always ends, and it
 * never throws: what a stage did not give is null, and no order holds with null.
 */
import { nearest } from "../../../models/nearest.ts";
import {
  type Facts,
  kindOf,
  type KnownFacts,
  lookUp,
  type Name,
  namesStage,
  UNKNOWN,
} from "./_when_names.ts";
import { type Comparison, type Node, parseExpression, WhenError, type WhenFault } from "./_when_syntax.ts";
import type { Span } from "./_yaml_fault.ts";

export type { Facts, KnownFacts, StageFacts } from "./_when_names.ts";
export type { WhenFault };

export interface When {
  text: string;
  /** Names of the stages that it refers to, each once. */
  stages: readonly string[];
  /** Where in the text it names which stage. */
  references: readonly (Span & { stage: string })[];
  readsMetrics: boolean;
  evaluate(facts: Facts): boolean;
  /** The same before all is known: a stage or `metrics` that `facts` leave out may be anything; null: either way. */
  foresee(facts: KnownFacts): boolean | null;
}

/** Reads a condition; never throws. */
export function parseWhen(
  text: string,
): { when: When; fault?: undefined } | { when?: undefined; fault: WhenFault } {
  try {
    const root = parseExpression(text);
    checkCondition(root);
    return { when: whenOf(text, root) };
  } catch (error) {
    if (error instanceof WhenError) return { fault: error.fault };
    throw error;
  }
}

function whenOf(text: string, root: Node): When {
  const names = namesIn(root);
  const references = names.filter(namesStage).map(({ path: [stage], spans: [{ start, end }] }) => {
    return { stage, start, end };
  });
  return {
    text,
    stages: [...new Set(references.map(({ stage }) => stage))],
    references,
    readsMetrics: names.some(({ path }) => path[0] === "metrics"),
    evaluate: (facts) => valueOf(root, { facts, absent: null }) === true,
    foresee: (facts) => {
      const value = valueOf(root, { facts, absent: UNKNOWN });
      return value === UNKNOWN ? null : value === true;
    },
  };
}

/** @throws {WhenError} at a part that stands where only true and false make sense, and is neither. */
function checkCondition(node: Node): void {
  switch (node.kind) {
    case "or":
    case "and":
      checkCondition(node.left);
      return checkCondition(node.right);
    case "not":
      return checkCondition(node.of);
    case "compare":
      return checkComparison(node);
    case "name":
      if (kindOf(node).type !== "any") throw notTrueOrFalse(node, node.path.join("."));
      return;
    case "literal":
      if (typeof node.value !== "boolean") throw notTrueOrFalse(node, JSON.stringify(node.value));
  }
}

function notTrueOrFalse(span: Span, found: string): WhenError {
  return new WhenError(span, {
    message: `Cannot tell whether ${found} is true or false`,
    wanted: 'a comparison, such as train.mode == "scratch" or metrics.psi > 0.25',
  });
}

function checkComparison({ left, right, by }: Extract<Node, { kind: "compare" }>): void {
  const items = right.kind === "list" ? right.items : [right];
  for (const side of [left, ...items]) {
    if (side.kind === "name") kindOf(side);
    else if (side.kind !== "literal") checkCondition(side);
  }
  for (const item of items) {
    if (left.kind === "name") checkBeside(left, item, by);
    if (item.kind === "name") checkBeside(item, left, by);
  }
}

/** Beside a name of a known kind, a literal must be of that kind, and one of its values where those are few. */
function checkBeside(name: Name, other: Node, by: Comparison): void {
  if (other.kind !== "literal" || other.value === null) return;
  const { type, values, form, wanted } = kindOf(name);
  const { value } = other;
  // A part of a day has an order too: day >= "2026-03".
  const isOrder = by !== "==" && by !== "!=" && by !== "in";
  const fits = type === "any" ||
    typeof value === type &&
      (values?.includes(String(value)) ?? (isOrder || form?.test(String(value)) !== false));
  if (fits) return;
  const message = `Cannot compare ${name.path.join(".")} with ${JSON.stringify(value)}`;
  const meant = values && nearest(String(value), values);
  throw new WhenError(other, { message, wanted, nearest: meant && JSON.stringify(meant) });
}

function namesIn(node: Node): Name[] {
  switch (node.kind) {
    case "or":
    case "and":
    case "compare":
      return [...namesIn(node.left), ...namesIn(node.right)];
    case "not":
      return namesIn(node.of);
    case "name":
      return [node];
    default:
      return [];
  }
}

/** `absent` is the value of stages and metrics that the facts leave out. */
interface World {
  facts: KnownFacts;
  absent: unknown;
}

function valueOf(node: Node, world: World): unknown {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "list":
      return node.items.map((item) => valueOf(item, world));
    case "name":
      return lookUp(node, world.facts, world.absent);
    case "compare":
      return compare(node.by, valueOf(node.left, world), valueOf(node.right, world));
    case "not": {
      const value = valueOf(node.of, world);
      return value === UNKNOWN ? UNKNOWN : value !== true;
    }
    default:
      return connect(node.kind, [valueOf(node.left, world), valueOf(node.right, world)]);
  }
}

/** One true side settles an or, one side that is not true settles an and, whatever the other may be. */
function connect(kind: "or" | "and", sides: readonly unknown[]): unknown {
  const settles = kind === "or";
  if (sides.some((side) => side !== UNKNOWN && (side === true) === settles)) return settles;
  return sides.includes(UNKNOWN) ? UNKNOWN : !settles;
}

function compare(by: Comparison, left: unknown, right: unknown): unknown {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  if (by === "==") return left === right;
  if (by === "!=") return left !== right;
  if (by === "in") return Array.isArray(right) && right.includes(left);
  if (typeof left === "number" && typeof right === "number") return isOrdered(by, left, right);
  if (typeof left === "string" && typeof right === "string") return isOrdered(by, left, right);
  return false;
}

/** Texts are ordered by code unit, as days are. */
function isOrdered<Value extends number | string>(by: Comparison, left: Value, right: Value): boolean {
  if (by === "<") return left < right;
  if (by === "<=") return left <= right;
  return by === ">" ? left > right : left >= right;
}
