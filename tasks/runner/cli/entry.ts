/** An entry point's work: finds the command, gives it the world, and turns what it throws into words and an exit code. */
import { DatabaseError } from "../../../sql/launcher.ts";
import { DataError } from "../../import/errors.ts";
import { printable } from "../_printable.ts";
import { nearest } from "../../../models/nearest.ts";
import type { Command, World } from "./command.ts";
import { EXIT, ManifestErrors, UsageError } from "../errors.ts";
import { createLog } from "./log.ts";
import { helpText, type Options, overview, readOptions } from "./options.ts";
import { describeError } from "../run/run.ts";

/** The commands of one entry. */
export interface Entry {
  commands: Readonly<Record<string, Command>>;
  /** What stands before their names: `models` of `deno task models list`. */
  prefix?: string;
  /** What to do after a failure whose message does not say; absent: the same command, which goes on. */
  next?: string;
}

const encoder = new TextEncoder();
const writeTo = (stream: { writeSync(bytes: Uint8Array): number }) => (text: string) => {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
};

const stderr = overProgress(writeTo(Deno.stderr));

/** Takes a progress line, which has no end, off the terminal before anything else is written. */
function overProgress(write: (text: string) => void): (text: string) => void {
  let isOpen = false;
  return (text) => {
    write(isOpen && !/^[\r\n]/.test(text) ? `\r\x1b[2K${text}` : text);
    isOpen = !text.endsWith("\n");
  };
}

/** Runs the command that `args` name; returns its exit code. */
export async function enter(args: string[], entry: Entry): Promise<number> {
  const [word = "help", ...rest] = args;
  if (word === "help" || word === "--help") {
    writeTo(Deno.stdout)(overview(`deno task ${entry.prefix ?? ""}`.trim(), entry.commands));
    return EXIT.done;
  }
  const name = entry.prefix ? `${entry.prefix} ${word}` : word;
  const stop = new AbortController();
  using _signals = onInterrupt(stop);
  try {
    const command = findCommand(word, entry);
    const options = readOptions(rest, name, command.help);
    if (options.switches.has("help")) {
      writeTo(Deno.stdout)(helpText(command.help));
      return EXIT.done;
    }
    return await command.run(options, createWorld(options, stop.signal));
  } catch (error) {
    return explain(error, { name, next: entry.next, signal: stop.signal });
  }
}

function findCommand(word: string, { commands, prefix = "" }: Entry): Command {
  if (Object.hasOwn(commands, word)) return commands[word];
  const best = nearest(word, Object.keys(commands));
  const hint = best ? ` Did you mean "${best}"?` : "";
  throw new UsageError(
    `Cannot run "${`${prefix} ${word}`.trim()}" as it is no command: wanted ` +
      `${Object.keys(commands).join(", ")}.${hint}`,
  );
}

function createWorld({ values, switches }: Options, signal: AbortSignal): World {
  const format = values.log ?? "logfmt";
  if (format !== "logfmt" && format !== "json") {
    throw new UsageError(`Cannot log as "${format}": wanted logfmt or json`);
  }
  const now = () => new Date();
  const terminal = Deno.stderr.isTerminal() && format === "logfmt";
  return {
    out: writeTo(Deno.stdout),
    say: (line) => stderr(`${printable(line)}\n`),
    log: createLog({ format, verbose: switches.has("verbose"), terminal, write: stderr, now }),
    signal,
    now,
  };
}

/** Ctrl-C under `deno task` arrives twice at once: from the terminal, and passed on by the task runner. */
const ONE_PRESS_MS = 400;

/** The first Ctrl-C asks the work to stop at its next safe point, the second one ends the process. */
function onInterrupt(stop: AbortController): Disposable {
  let pressedAt = -Infinity;
  const interrupt = () => {
    const sincePress = performance.now() - pressedAt;
    pressedAt = performance.now();
    if (sincePress < ONE_PRESS_MS) return;
    if (stop.signal.aborted) Deno.exit(EXIT.interrupted);
    stderr("\nStopping at the next safe point; once more to stop at once.\n");
    stop.abort(new DOMException("Interrupted", "AbortError"));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
    },
  };
}

function explain(
  error: unknown,
  { name, next, signal }: { name: string; next?: string; signal: AbortSignal },
): number {
  const say = (line: string) => stderr(`${printable(line)}\n`);
  if (signal.aborted) {
    const again = name === "daily" ? "the next deno task daily" : "the same command";
    say(`Interrupted. Nothing is lost; ${again} goes on from here.`);
    return EXIT.interrupted;
  }
  if (error instanceof ManifestErrors) {
    say(error.message);
    return EXIT.usage;
  }
  say(`error: ${describeError(error)}`);
  const isTheirs = error instanceof UsageError || error instanceof DataError ||
    error instanceof DatabaseError;
  if (error instanceof DataError && !error.message.includes("Next: ")) {
    const next = name === "inspect"
      ? "mend the file, then the same command"
      : "deno task inspect, which changes nothing";
    say(`  next  ${next}`);
  }
  if (!isTheirs && !(next && describeError(error).includes("Next: "))) {
    say(
      `  next  ${
        next ?? `deno task ${name}, which goes on where it stopped; deno task status shows what is in`
      }`,
    );
  }
  return isTheirs ? EXIT.usage : EXIT.failed;
}
