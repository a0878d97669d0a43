/** What a command of the line is, and the world it gets. */
import type { RunLog } from "./log.ts";
import type { CommandHelp, Options } from "./options.ts";

export interface World {
  /** Writes to stdout: results, and nothing else. */
  out(text: string): void;
  /** Writes a line to stderr: what is going on. */
  say(line: string): void;
  log: RunLog;
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  now(): Date;
}

export interface Command {
  help: CommandHelp;
  /** Returns the exit code. */
  run(options: Options, world: World): Promise<number>;
}

/** `value` as the one JSON document of a command that was asked for JSON. */
export function printJson({ out }: World, value: unknown): void {
  out(JSON.stringify(value, null, 2) + "\n");
}
