/** The entry of `deno task evaluate` and `deno task tune`: turns what they throw into words and an exit code. */
import { DataError } from "../import/errors.ts";
import { printable } from "../runner/_printable.ts";
import { EXIT, UsageError } from "../runner/errors.ts";
import { evaluate, type World } from "./evaluate.ts";
import { evaluateHelp } from "./evaluate_request.ts";
import { tune } from "./tune.ts";
import { tuneHelp } from "./tune_request.ts";
import { type CommandHelp, helpText, type Options, readOptions } from "./options.ts";

interface Command {
  help: CommandHelp;
  run(options: Options, world: World): Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  evaluate: { help: evaluateHelp, run: evaluate },
  tune: { help: tuneHelp, run: tune },
};

/** Ctrl-C under `deno task` arrives twice at once: from the terminal, and passed on by the task runner. */
const ONE_PRESS_MS = 400;

async function main([name = "", ...args]: string[]): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted && performance.now() - stoppedAt > ONE_PRESS_MS) Deno.exit(EXIT.interrupted);
    stoppedAt = performance.now();
    stop.abort(new DOMException("Interrupted", "AbortError"));
  };
  let stoppedAt = 0;
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", interrupt);
  try {
    const command = COMMANDS[name];
    const options = readOptions(args, command.help);
    if (options.switches.has("help")) write(Deno.stdout, helpText(command.help));
    else await command.run(options, { out: (text) => write(Deno.stdout, text), say, signal: stop.signal });
    return EXIT.done;
  } catch (error) {
    return explain(error, stop.signal);
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    Deno.removeSignalListener("SIGTERM", interrupt);
  }
}

/** Usage, files, and data that a model cannot learn from are the caller's to mend; all else is a failure. */
function explain(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) {
    say("Interrupted. No predictions were written; tune goes on from its journal, where it has one.");
    return EXIT.interrupted;
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`error: ${message}`);
  if (error instanceof UsageError || error instanceof DataError || error instanceof RangeError) {
    return EXIT.usage;
  }
  if (error instanceof Error && error.stack) say(error.stack);
  return EXIT.failed;
}

function say(line: string): void {
  write(Deno.stderr, `${printable(line)}\n`);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

Deno.exitCode = await main(Deno.args);
