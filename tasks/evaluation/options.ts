/** Options of the commands here: declared once, from which parsing, `--help` and errors follow. */
import { parseArgs } from "node:util";
import { fromCaller } from "./paths.ts";
import { nearest } from "../../models/nearest.ts";
import { UsageError } from "../runner/errors.ts";

export interface Option {
  /** Text: takes a value, named so in the help. Absent: a switch. */
  value?: string;
  /** The value is a path, from the folder that the person is in. */
  isPath?: boolean;
  /** May stand more than once, or take several words. */
  isList?: boolean;
  short?: string;
  isRequired?: boolean;
  help: string;
}

export interface CommandHelp {
  name: string;
  usage: string;
  summary: string;
  options: Readonly<Record<string, Option>>;
}

export interface Options {
  values: Readonly<Record<string, string | undefined>>;
  lists: Readonly<Record<string, readonly string[]>>;
  switches: ReadonlySet<string>;
}

const HELP: Option = { help: "show this help" };

/**
 * Reads `args` by what `command` declares.
 *
 * @throws {UsageError} on an unknown or missing option, or a missing or needless value.
 */
export function readOptions(args: readonly string[], command: CommandHelp): Options {
  const declared: Readonly<Record<string, Option>> = { ...command.options, help: HELP };
  const lists: Record<string, string[]> = {};
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  let list: string[] | null = null;
  for (const token of tokensOf(args, declared)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (list === null) throw needlessWord(token.value, command);
      list.push(token.value);
      continue;
    }
    const option = declared[token.name];
    list = null;
    if (!Object.hasOwn(declared, token.name)) throw unknownOption(token.rawName, command);
    if (option.value === undefined) {
      if (token.value !== undefined) {
        throw new UsageError(`Cannot read "${token.rawName}" as it takes no value`);
      }
      switches.add(token.name);
    } else if (token.value === undefined || /^--?[a-z]/.test(token.value)) {
      throw new UsageError(
        `Cannot read "${token.rawName}" as it needs a value: ${token.rawName} ${option.value}`,
      );
    } else if (option.isList) (list = lists[token.name] ??= []).push(token.value);
    else values[token.name] = option.isPath ? fromCaller(token.value) : token.value;
  }
  const missing = Object.entries(declared).find(([name, { isRequired }]) =>
    isRequired && values[name] === undefined
  );
  if (missing && !switches.has("help")) {
    throw new UsageError(`Cannot run "${command.name}" without --${missing[0]}. Usage: ${command.usage}`);
  }
  return { values, lists, switches };
}

/** The text of `--help`. */
export function helpText({ summary, usage, options }: CommandHelp): string {
  const flags = Object.entries({ ...options, help: HELP }).map(([name, { value, short, help }]) => {
    const flag = short === name ? `-${name}` : `--${name}`;
    return [value ? `${flag} ${value}` : flag, help];
  });
  const width = Math.max(...flags.map(([flag]) => flag.length));
  const lines = flags.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`);
  return `${summary}\n\nUsage: ${usage}\n\n${lines.join("\n")}\n`;
}

/** The whole number that option `name` was given, from `least` on. @throws {UsageError} when it is none. */
export function wholeNumber(
  { values }: Options,
  name: string,
  { least, fallback }: { least: number; fallback: number },
): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(
    `Cannot read option "${name}" as it should be a whole number from ${least} on: found ${
      JSON.stringify(text)
    }`,
  );
}

/** The rating that option `name` was given, if any. @throws {UsageError} when it is neither that nor in `words`. */
export function ratingFrom(
  { values }: Options,
  name: string,
  words: Readonly<Record<string, number>> = {},
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  if (Object.hasOwn(words, text)) return words[text];
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  const wanted = ["a rating", ...Object.keys(words)].join(", or ");
  throw new UsageError(
    `Cannot read option "${name}" as it should be ${wanted}: found ${JSON.stringify(text)}`,
  );
}

function tokensOf(args: readonly string[], declared: Readonly<Record<string, Option>>) {
  const options = Object.fromEntries(
    Object.entries(declared).map(([name, { value, short }]) => {
      const type = value ? "string" as const : "boolean" as const;
      return [name, short ? { type, short } : { type }];
    }),
  );
  return parseArgs({ args: [...args], strict: false, tokens: true, options }).tokens;
}

function unknownOption(flag: string, { name, options }: CommandHelp): UsageError {
  const best = nearest(flag.replace(/^-+/, ""), Object.keys(options));
  const hint = best ? ` Did you mean "--${best}"?` : "";
  return new UsageError(
    `Cannot run "${name}" as it has no option "${flag}".${hint} Next: deno task ${name} --help`,
  );
}

function needlessWord(word: string, { name, usage }: CommandHelp): UsageError {
  return new UsageError(
    `Cannot run "${name}" with ${JSON.stringify(word)} beside its options. Usage: ${usage}`,
  );
}
