/**
 * The grammar of `when`, after CEL with words beside its signs; a Pratt parser. Loosest first:
 * `or ||`, `and &&`, `not`, `== != < <= > >= in`, `!`, then literals, names and parentheses.
 */
import { nearest } from "../../../models/nearest.ts";
import type { Span } from "./_yaml_fault.ts";

export type Literal = string | number | boolean | null;
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";

/** A part of the expression, and where it stands in the text. */
export type Node =
  & Span
  & (
    | { kind: "or" | "and"; left: Node; right: Node }
    | { kind: "not"; of: Node }
    | { kind: "compare"; by: Comparison; left: Node; right: Node }
    | { kind: "literal"; value: Literal }
    | { kind: "list"; items: Node[] }
    | { kind: "name"; path: string[]; spans: Span[] }
  );

export interface WhenFault extends Span {
  message: string;
  wanted: string;
  nearest?: string;
}

/** Thrown by the parser alone; `parseWhen()` hands its fault back. */
export class WhenError extends Error {
  readonly fault: WhenFault;

  constructor({ start, end }: Span, fault: Omit<WhenFault, keyof Span>) {
    super(fault.message);
    this.fault = { start, end, ...fault };
  }
}

/** Each level of nesting takes a character, so this bounds the stack and all work as well. */
const MAX_CHARACTERS = 1_000;

interface Token extends Span {
  kind: "text" | "number" | "word" | "sign" | "end";
  text: string;
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)|([A-Za-z_][\w@]*)|((?:==|!=|<=|>=|&&|\|\|)(?!=)|[<>](?![<>=])|!(?!=)|[-().,[\]]))/ys;
const SIGNS: ReadonlyMap<string, string> = new Map([["&&", "and"], ["||", "or"]]);
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const LITERALS: Readonly<Record<string, Literal>> = { true: true, false: false, null: null };
/** What other languages write. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["=", "=="],
  ["===", "=="],
  ["!==", "!="],
  ["<>", "!="],
  ["=>", ">="],
  ["=<", "<="],
  ["&", "and"],
  ["|", "or"],
  ["is", "=="],
]);
const OPERATORS = ["and", "or", "not", "in"];

/** @throws {WhenError} where the text is no expression. */
export function parseExpression(text: string): Node {
  if (text.length > MAX_CHARACTERS) {
    const message = `Cannot read a condition of ${text.length} characters`;
    throw new WhenError({ start: 0, end: 1 }, { message, wanted: `at most ${MAX_CHARACTERS}` });
  }
  return new Parser(tokensOf(text)).parse();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const length = text.trimEnd().length;
  for (let at = 0; at < length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw strayCharacters(text, at);
    const [, string, number, word, sign] = match;
    const kind = string !== undefined ? "text" : number !== undefined ? "number" : word ? "word" : "sign";
    const found = string ?? number ?? word ?? sign;
    at = TOKEN.lastIndex;
    tokens.push({ kind, text: SIGNS.get(found) ?? found, start: at - found.length, end: at });
  }
  tokens.push({ kind: "end", text: "the end", start: length, end: length + 1 });
  return tokens;
}

function strayCharacters(text: string, from: number): WhenError {
  const start = from + /^\s*/.exec(text.slice(from))![0].length;
  const found = /^(?:[=!<>&|]+|["'].*|\S)/su.exec(text.slice(start))![0];
  const isOpen = /^["']/.test(found);
  return new WhenError({ start, end: start + found.length }, {
    message: `Cannot read ${isOpen ? "text without an end" : JSON.stringify(found)} in a condition`,
    wanted: isOpen ? `its closing ${found[0]}` : 'a comparison such as train.mode == "scratch"',
    nearest: MEANT.get(found),
  });
}

class Parser {
  #at = 0;

  constructor(readonly tokens: readonly Token[]) {}

  parse(): Node {
    const node = this.#or();
    if (this.#next.kind !== "end") throw this.#fault("and, or, a comparison or the end");
    return node;
  }

  get #next(): Token {
    return this.tokens[this.#at];
  }

  /** Takes the next token if it is this word or sign. */
  #take(text: string): Token | undefined {
    const token = this.#next;
    const isIt = token.text === text && (token.kind === "word" || token.kind === "sign");
    return isIt ? this.tokens[this.#at++] : undefined;
  }

  #or(): Node {
    let left = this.#and();
    while (this.#take("or")) left = joined("or", left, this.#and());
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#take("and")) left = joined("and", left, this.#not());
    return left;
  }

  #not(): Node {
    const not = this.#take("not");
    if (not === undefined) return this.#comparison();
    const of = this.#not();
    return { kind: "not", of, start: not.start, end: of.end };
  }

  #comparison(): Node {
    const left = this.#operand();
    const isNot = this.#next.text === "not" && this.tokens[this.#at + 1]?.text === "in" && this.#take("not");
    const { text } = this.#next;
    if (!isComparison(text) || !this.#take(text)) return left;
    const right = text === "in" ? this.#list() : this.#operand();
    if (isComparison(this.#next.text) && this.#next.kind !== "text") {
      throw this.#fault('"and" between two comparisons');
    }
    const { start } = left;
    const compare: Node = { kind: "compare", by: text, left, right, start, end: right.end };
    return isNot ? { kind: "not", of: compare, start, end: right.end } : compare;
  }

  #list(): Node {
    const open = this.#take("[");
    if (open === undefined) throw this.#fault('a list such as ["saturday", "sunday"]');
    const items: Node[] = [];
    while (items.length === 0 || this.#take(",")) items.push(this.#literal());
    const close = this.#take("]");
    if (close === undefined) throw this.#fault('"," or "]"');
    return { kind: "list", items, start: open.start, end: close.end };
  }

  #operand(): Node {
    const { start } = this.#next;
    if (this.#take("!")) {
      const of = this.#operand();
      return { kind: "not", of, start, end: of.end };
    }
    if (this.#take("(")) {
      const inner = this.#or();
      const close = this.#take(")");
      if (close === undefined) throw this.#fault('"and", "or" or ")"');
      return { ...inner, start, end: close.end };
    }
    const { kind, text } = this.#next;
    const isName = kind === "word" && !Object.hasOwn(LITERALS, text) && !OPERATORS.includes(text);
    return isName ? this.#name() : this.#literal();
  }

  #literal(): Node {
    const { start } = this.#next;
    const sign = this.#take("-") ? -1 : 1;
    const { kind, text, end } = this.#next;
    const literal = (value: Literal): Node => {
      this.#at++;
      return { kind: "literal", value, start, end };
    };
    if (kind === "number") return literal(sign * Number(text.replaceAll("_", "")));
    if (sign < 0) throw this.#fault("a number");
    if (kind === "text") return literal(text.slice(1, -1).replaceAll(/\\(.)/gs, "$1"));
    if (kind === "word" && Object.hasOwn(LITERALS, text)) return literal(LITERALS[text]);
    throw this.#fault("a stage's output, a metric, day, a number or a quoted text");
  }

  /** `train.mode`, `metrics["recall@10"]`. */
  #name(): Node {
    const spans: Span[] = [this.#next];
    const path = [this.tokens[this.#at++].text];
    for (;;) {
      const isDotted = this.#take(".") !== undefined;
      if (!isDotted && !this.#take("[")) break;
      const { kind, text } = this.#next;
      if (kind !== (isDotted ? "word" : "text")) throw this.#fault(isDotted ? "a name" : "a quoted name");
      spans.push(this.tokens[this.#at++]);
      path.push(isDotted ? text : text.slice(1, -1));
      if (!isDotted && !this.#take("]")) throw this.#fault('"]"');
    }
    const { end } = this.tokens[this.#at - 1];
    if (this.#next.text === "(") {
      const message = `Cannot call ${JSON.stringify(path.join("."))} as conditions have no functions`;
      throw new WhenError({ start: spans[0].start, end }, { message, wanted: "a comparison" });
    }
    return { kind: "name", path, spans, start: spans[0].start, end };
  }

  #fault(wanted: string): WhenError {
    const { kind, text } = this.#next;
    const found = kind === "end" || kind === "text" ? text : JSON.stringify(text);
    const message = kind === "end" ? "Cannot read a condition that ends here" : `Cannot read ${found} here`;
    const meant = MEANT.get(text) ?? (kind === "word" ? nearest(text, OPERATORS) : undefined);
    return new WhenError(this.#next, { message, wanted, nearest: meant });
  }
}

const isComparison = (text: string): text is Comparison => COMPARISONS.has(text);

const joined = (kind: "or" | "and", left: Node, right: Node): Node => {
  return { kind, left, right, start: left.start, end: right.end };
};
