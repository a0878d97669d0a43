/** `deno task schema`: the manifest's JSON Schema, for editors; `--write` keeps it beside the runner. */
import type { Command } from "../command.ts";
import { EXIT } from "../errors.ts";
import { loadTasks } from "../registry.ts";
import { manifestJsonSchema, SCHEMA_FILE } from "../schema.ts";

export const schema: Command = {
  help: {
    usage: "deno task schema [--write]",
    summary: "Prints the JSON Schema of pipeline.yaml, with the parameters of every task.",
    options: {
      write: { help: "keep it in tasks/runner/pipeline.schema.json, where pipeline.yaml refers to it" },
    },
  },

  async run({ switches }, world) {
    const text = `${JSON.stringify(manifestJsonSchema(await loadTasks()), null, 2)}\n`;
    if (switches.has("write")) await Deno.writeTextFile(SCHEMA_FILE, text);
    else world.out(text);
    return EXIT.done;
  },
};
