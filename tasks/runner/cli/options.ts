/** Command-line options: one declaration a command, from which parsing, `--help` and errors follow. */
import { parseArgs } from "node:util";
import { nearest } from "../../../models/nearest.ts";
import { UsageError } from "../errors.ts";

export interface Option {
  /** Absent: a switch. Text: takes a value, named so in the help. */
  value?: string;
  help: string;
}

export interface CommandHelp {
  usage: string;
  summary: string;
  options: Record<string, Option>;
  /** How many words may stand beside the options. */
  words?: { min: number; max: number };
}

export interface Options {
  words: string[];
  switches: ReadonlySet<string>;
  values: Readonly<Record<string, string | undefined>>;
}

/** Options that every command has. */
const COMMON: Record<string, Option> = {
  manifest: { value: "FILE", help: "the manifest (default: pipeline.yaml of the checkout)" },
  log: { value: "FORMAT", help: "form of the log lines on stderr: logfmt (default) or json" },
  verbose: { help: "log details as well" },
  help: { help: "show this help" },
};

/**
 * Reads `args` by what `command` declares.
 *
 * @throws {UsageError} on an unknown option, a missing or needless value, or too many or too few words.
 */
export function readOptions(args: string[], name: string, command: CommandHelp): Options {
  const declared = { ...command.options, ...COMMON };
  const { tokens } = parseArgs({ args, strict: false, tokens: true, options: parseOptions(declared) });
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(declared, token.name)) {
      throw unknownOption(token.rawName, name, Object.keys(declared));
    }
    const option = declared[token.name];
    if (option.value === undefined) {
      if (token.value !== undefined) throw needlessValue(token.rawName, token.value);
      switches.add(token.name);
    } else if (token.value === undefined || token.value.startsWith("--")) {
      throw missingValue(token.rawName, option.value);
    } else values[token.name] = token.value;
  }
  const { min, max } = command.words ?? { min: 0, max: 0 };
  if (!switches.has("help") && (words.length < min || words.length > max)) {
    const wanted = max === 0
      ? "no word"
      : min === max
      ? `${min}`
      : min === 0
      ? `at most ${max}`
      : `${min} to ${max}`;
    throw new UsageError(
      `Cannot run "${name}" as it takes ${wanted} beside the options: found ${words.length}. ` +
        `Usage: ${command.usage}`,
    );
  }
  return { words, switches, values };
}

/** The text of `--help`. */
export function helpText(command: CommandHelp): string {
  const declared = Object.entries({ ...command.options, ...COMMON });
  const flags = declared.map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ""}`, help]);
  const width = Math.max(...flags.map(([flag]) => flag.length));
  const lines = flags.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`);
  return `${command.summary}\n\nUsage: ${command.usage}\n\n${lines.join("\n")}\n`;
}

/** What an entry can do: a line for each of its commands. */
export function overview(entry: string, commands: Readonly<Record<string, { help: CommandHelp }>>): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(([name, { help }]) =>
    `  ${entry} ${name.padEnd(width)}  ${help.summary.replaceAll("\n", " ").split(/[:;.](?: |$)/)[0]}`
  );
  return `${lines.join("\n")}\n\nEach has --help.\n`;
}

function parseOptions(declared: Record<string, Option>) {
  return Object.fromEntries(
    Object.entries(declared).map((
      [name, { value }],
    ) => [name, { type: value ? "string" as const : "boolean" as const }]),
  );
}

function unknownOption(flag: string, name: string, known: string[]): UsageError {
  const best = nearest(flag.replace(/^-+/, ""), known);
  const hint = best ? ` Did you mean "--${best}"?` : "";
  return new UsageError(
    `Cannot run "${name}" as it has no option "${flag}".${hint} Next: deno task ${name} --help`,
  );
}

function missingValue(flag: string, value: string): UsageError {
  return new UsageError(`Cannot read option "${flag}" as it needs a value: ${flag} ${value}`);
}

function needlessValue(flag: string, found: string): UsageError {
  return new UsageError(
    `Cannot read option "${flag}" as it takes no value: found ${JSON.stringify(found)}`,
  );
}
