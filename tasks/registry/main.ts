/** `deno task models …`: the entry of the registry's commands. */
import { enter } from "../runner/cli/entry.ts";
import { COMMANDS } from "./commands.ts";

Deno.exitCode = await enter(Deno.args, {
  commands: COMMANDS,
  prefix: "models",
  next: "deno task models list",
});
