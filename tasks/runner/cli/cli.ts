/** `deno task COMMAND …`: finds the command, gives it the world, and turns what it throws into words and an exit code. */
import { DatabaseError } from "../../../sql/launcher.ts";
import { DataError } from "../../import/errors.ts";
import { printable } from "../_printable.ts";
import { nearest } from "../_nearest.ts";
import { type Command, type World } from "./command.ts";
import { backfill } from "./commands/backfill.ts";
import { daily } from "./commands/daily.ts";
import { importCommand } from "./commands/import.ts";
import { logs } from "./commands/logs.ts";
import { inspect } from "./commands/inspect.ts";
import { planCommand } from "./commands/plan.ts";
import { schedule } from "./commands/schedule.ts";
import { schema } from "./commands/schema.ts";
import { stage } from "./commands/stage.ts";
import { statusCommand } from "./commands/status.ts";
import { EXIT, ManifestErrors, UsageError } from "../errors.ts";
import { createLog } from "./log.ts";
import { helpText, type Options, readOptions } from "./options.ts";
import { describeError } from "../run/run.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  daily,
  backfill,
  plan: planCommand,
  status: statusCommand,
  logs,
  import: importCommand,
  inspect,
  stage,
  schedule,
  schema,
};

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
export async function main(args: string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  const stop = new AbortController();
  using _signals = onInterrupt(stop);
  try {
    const command = findCommand(name);
    const options = readOptions(rest, name, command.help);
    if (options.switches.has("help")) {
      writeTo(Deno.stdout)(helpText(command.help));
      return EXIT.done;
    }
    return await command.run(options, createWorld(options, stop.signal));
  } catch (error) {
    return explain(error, { name, signal: stop.signal });
  }
}

function findCommand(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name];
  const best = nearest(name, Object.keys(COMMANDS));
  const hint = best ? ` Did you mean "${best}"?` : "";
  throw new UsageError(
    `Cannot run "${name}" as it is no command: wanted ${Object.keys(COMMANDS).join(", ")}.${hint}`,
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

function explain(error: unknown, { name, signal }: { name: string; signal: AbortSignal }): number {
  const say = (line: string) => stderr(`${printable(line)}\n`);
  if (signal.aborted) {
    const next = name === "daily" ? "the next deno task daily" : "the same command";
    say(`Interrupted. Nothing is lost; ${next} goes on from here.`);
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
  if (!isTheirs) {
    say(`  next  deno task ${name}, which goes on where it stopped; deno task status shows what is in`);
  }
  return isTheirs ? EXIT.usage : EXIT.failed;
}
