/** YAML 1.2 text as plain values, each with the place where it stands, so that any later error can point at it. */
import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from "@std/yaml";
import type { Range, Scalar, ScalarTag, Tags, YAMLMap, YAMLSeq } from "@std/yaml";
import { type Span, type YamlFault, yamlFaults } from "./_yaml_fault.ts";

/** A value and the places of what it is made of. */
export interface Located {
  value: unknown;
  span: Span;
  /** By key of a map, or index of a list. */
  children: ReadonlyMap<PropertyKey, { key?: Span; node: Located }>;
  /** Of a scalar: its characters in the file, without quotes; and whether it had none. */
  source?: string;
  isPlain?: boolean;
  /** The text, where it held references and `value` has what they stand for. */
  written?: string;
}

export type Path = readonly PropertyKey[];

/** Longer texts and documents are no manifests; reading stays within milliseconds. */
const MAX_CHARACTERS = 65_536;
const MAX_VALUES = 10_000;

/** `50_000` is a string in YAML 1.2; here it is the number that it looks like. */
const underscoredInteger: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?[0-9]+(?:_[0-9]+)+$/,
  resolve: (text) => Number(text.replaceAll("_", "")),
};

const OPTIONS = {
  prettyErrors: false,
  stringKeys: true,
  customTags: (tags: Tags) => [underscoredInteger, ...tags],
};

/** Reads one YAML document. Never throws: what is wrong is in `faults`; `root` is null when nothing can be trusted. */
export function readYaml(text: string): { root: Located | null; faults: YamlFault[] } {
  if (text.length > MAX_CHARACTERS) {
    const message = `Cannot read ${text.length} characters`;
    return {
      root: null,
      faults: [{ span: { start: 0, end: 1 }, message, wanted: `at most ${MAX_CHARACTERS}` }],
    };
  }
  const document = parseDocument(text, OPTIONS);
  const { faults, isReadable } = yamlFaults(text, [...document.errors, ...document.warnings]);
  if (!isReadable) return { root: null, faults };
  try {
    return { root: new Locator().locate(document.contents), faults };
  } catch (error) {
    if (!(error instanceof AliasError)) throw error;
    return { root: null, faults: [...faults, error.fault] };
  }
}

/** The place of `path`'s value, or of its key; where the text lacks it, the place of what should hold it. */
export function spanAt(root: Located, path: Path, on: "key" | "value" = "value"): Span {
  let node = root;
  let key: Span | undefined;
  for (const [depth, step] of path.entries()) {
    const child = node.children.get(step);
    if (child === undefined) return key ?? { start: node.span.start, end: node.span.start + 1 };
    ({ key, node } = child);
    if (on === "key" && key && depth === path.length - 1) return key;
  }
  return node.span.end > node.span.start ? node.span : key ?? node.span;
}

/**
 * The place in the file of some characters of a text value. Its source has quotes, escapes and folded lines, by
 * which the two are aligned.
 */
export function spanWithin(
  source: Span,
  { text, value, within }: { text: string; value: string; within: Span },
): Span {
  const places: number[] = [];
  let at = source.start;
  for (const unit of value.split("")) {
    const isSpace = /\s/.test(unit);
    while (at < source.end && !(text[at] === unit || isSpace && /\s/.test(text[at]))) at++;
    places.push(at);
    const fold = isSpace ? FOLD.exec(text.slice(at, source.end)) : null;
    at += fold === null ? 1 : fold[0].length;
  }
  const start = places[within.start] ?? at;
  return { start, end: Math.max(start + 1, (places[within.end - 1] ?? at) + 1) };
}

/** A line's end with the white space around it, which a value has as one space or line end. */
const FOLD = /^[ \t]*\r?\n\s*/;

/** The value at `path`; undefined where the text has none. */
export const valueAt = (root: Located, path: Path): unknown => nodeAt(root, path)?.value;

export function nodeAt(root: Located, path: Path): Located | undefined {
  let node: Located | undefined = root;
  for (const step of path) node = node?.children.get(step)?.node;
  return node;
}

/** What a plain scalar of these characters is: a number, true, false, null, or else the text itself. */
export function readScalar(text: string): unknown {
  const { contents, errors } = parseDocument(text.slice(0, MAX_CHARACTERS), OPTIONS);
  const isItself = errors.length === 0 && isScalar(contents) && isPlain(contents) && contents.source === text;
  return isItself ? contents.value : text;
}

class AliasError extends Error {
  readonly fault: YamlFault;

  constructor(span: Span, message: string, wanted: string) {
    super(message);
    this.fault = { span, message, wanted };
  }
}

/** Walks all values once, through aliases, and gives up where they fold into themselves or grow without end. */
class Locator {
  #visited = 0;
  #open = new Set<unknown>();
  /** The newest node of each anchor, in the order of the file. */
  #anchored = new Map<string, unknown>();
  #unfolding = 0;

  locate(node: unknown): Located {
    const span = spanOf(node);
    this.#visited += 1;
    if (this.#visited > MAX_VALUES) {
      throw new AliasError(
        span,
        "Cannot unfold aliases as they grow too large",
        `at most ${MAX_VALUES} values`,
      );
    }
    if (isAlias(node)) return this.#locateSource(node.source, span);
    if (isNode(node) && node.anchor && this.#unfolding === 0) this.#anchored.set(node.anchor, node);
    if (isMap(node)) return this.#within(node, () => this.#locateMap(node, span));
    if (isSeq(node)) return this.#within(node, () => this.#locateList(node, span));
    if (!isScalar(node)) return { value: null, span, children: new Map() };
    return { value: node.value, span, children: new Map(), source: node.source, isPlain: isPlain(node) };
  }

  /** The package's own `resolve()` walks the whole document for each alias. */
  #locateSource(alias: string, span: Span): Located {
    const source = this.#anchored.get(alias);
    if (source === undefined) {
      throw new AliasError(span, `Cannot find the anchor of "*${alias}"`, `"&${alias}" above it`);
    }
    if (this.#open.has(source)) {
      throw new AliasError(span, `Cannot unfold "*${alias}" within itself`, "an alias of another value");
    }
    this.#unfolding += 1;
    const located = this.locate(source);
    this.#unfolding -= 1;
    return located;
  }

  #within(node: unknown, locate: () => Located): Located {
    this.#open.add(node);
    const located = locate();
    this.#open.delete(node);
    return located;
  }

  #locateMap(map: YAMLMap, span: Span): Located {
    const children = new Map<string, { key: Span; node: Located }>();
    const merged: Located[] = [];
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      const node = this.locate(value);
      if (key.value === "<<" && isPlain(key)) merged.push(...mergeable(node));
      else children.set(String(key.value), { key: spanOf(key), node });
    }
    // What the map says itself stands before what it takes over; of two sources, the first.
    for (const [name, child] of merged.flatMap(({ children }) => [...children])) {
      if (!children.has(String(name))) {
        children.set(String(name), { key: child.key ?? child.node.span, node: child.node });
      }
    }
    const value = Object.fromEntries([...children].map(([key, { node }]) => [key, node.value]));
    return { value, span, children };
  }

  #locateList(list: YAMLSeq, span: Span): Located {
    const nodes = list.items.map((item) => this.locate(item));
    const children = new Map(nodes.map((node, index) => [index, { node }]));
    return { value: nodes.map(({ value }) => value), span, children };
  }
}

/** The maps that `<<` takes over: one, or a list of them. */
function mergeable(node: Located): Located[] {
  const maps = Array.isArray(node.value) ? [...node.children.values()].map(({ node }) => node) : [node];
  for (const { value, span } of maps) {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isMap) {
      throw new AliasError(
        span,
        'Cannot take over with "<<" what is no map',
        "an alias of a map, or a list of them",
      );
    }
  }
  return maps;
}

const isPlain = ({ type, tag, anchor }: Scalar) =>
  type === "PLAIN" && tag === undefined && anchor === undefined;

function spanOf(node: unknown): Span {
  const range = typeof node === "object" && node !== null && "range" in node
    ? node.range as Range | null
    : null;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
