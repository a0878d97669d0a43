/** What is wrong with a text as YAML, in the words of somebody who edits a manifest. */
import type { ErrorCode, YAMLError } from "@std/yaml";

/** A piece of the text: UTF-16 offsets, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

export interface YamlFault {
  span: Span;
  message: string;
  wanted: string;
}

const WANTED: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'quotes around a value that begins with "*"',
  BAD_INDENT: "what belongs together below each other, in one column",
  BAD_SCALAR_START: "quotes around a value that begins so",
  BLOCK_AS_IMPLICIT_KEY: 'one "key: value" a line, and what belongs to it indented below',
  DUPLICATE_KEY: "each key once",
  MULTILINE_IMPLICIT_KEY: '":" and a space after the key',
  MULTIPLE_DOCS: 'one document, without a line "---" in it',
  NON_STRING_KEY: "a plain word as key",
  TAB_AS_INDENT: "two spaces for each level",
  TAG_RESOLVE_FAILED: "a plain value, without a tag",
};

/** In these words the parser speaks to programmers. */
const MESSAGES: Partial<Record<ErrorCode, (word: string) => string>> = {
  DUPLICATE_KEY: (word) => `Cannot read key "${word}" as its map has it already`,
  MULTIPLE_DOCS: () => "Cannot read more than one document",
  NON_STRING_KEY: () => "Cannot read a list, a map or an alias as a key",
  TAB_AS_INDENT: () => "Cannot read a tab as indentation",
  MULTILINE_IMPLICIT_KEY: () => 'Cannot read a line without ":"',
};

const MAX_FAULTS = 20;

/**
 * The first problem of each line (the others follow from it), at most 20. `isReadable` says whether the values
 * can be trusted all the same, so that their errors can be told as well.
 */
export function yamlFaults(
  text: string,
  problems: readonly YAMLError[],
): { faults: YamlFault[]; isReadable: boolean } {
  const seen = new Set<number>();
  const faults: YamlFault[] = [];
  const bare = problems.find(({ pos: [start] }) => start > 0 && text.startsWith("${", start - 1));
  for (const problem of bare ? [bare] : problems) {
    const line = text.lastIndexOf("\n", problem.pos[0] - 1);
    if (seen.has(line) || faults.length === MAX_FAULTS) continue;
    seen.add(line);
    faults.push(faultOf(text, problem));
  }
  return { faults, isReadable: problems.every(({ code }) => code === "DUPLICATE_KEY") };
}

function faultOf(text: string, { code, message, pos: [start, end] }: YAMLError): YamlFault {
  const reference = /^\$\{[\w.]*\}/.exec(text.slice(start - 1, start + 99))?.[0];
  if (reference) {
    return {
      span: { start: start - 1, end: start - 1 + reference.length },
      message: `Cannot read ${reference} without quotes between { } or [ ]`,
      wanted: `quotes, or a line of its own where it stands for a number: "key: ${reference}"`,
    };
  }
  const isOpen = code === "BAD_INDENT" && message.startsWith("Flow");
  const word = /^[\w.-]*/.exec(text.slice(start, start + 40))?.[0] ?? "";
  return {
    // A key is marked whole; of anything longer than its line, the first character says enough.
    span: { start, end: Math.max(start + word.length, Math.min(end, start + 1)) },
    message: MESSAGES[code]?.(word) ?? `Cannot read YAML: ${message[0].toLowerCase()}${message.slice(1)}`,
    wanted: isOpen ? 'its closing "}" or "]"' : WANTED[code] ?? "YAML 1.2",
  };
}
