/** The registry's commands by name. */
import type { Command } from "../runner/cli/command.ts";
import { exportCommand } from "./export.ts";
import { gate } from "./gate.ts";
import { list } from "./list.ts";
import { promote } from "./promote.ts";
import { prune } from "./prune.ts";
import { rollback } from "./rollback.ts";
import { show } from "./show.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  list,
  show,
  promote,
  rollback,
  export: exportCommand,
  prune,
  gate,
};
