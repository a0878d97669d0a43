/** `deno task COMMAND …`: the commands that the runner's entry knows. */
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
import { enter } from "./entry.ts";
import type { Command } from "./command.ts";

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

/** Runs the command that `args` name; returns its exit code. */
export function main(args: string[]): Promise<number> {
  return enter(args, { commands: COMMANDS });
}
