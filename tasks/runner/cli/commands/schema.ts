/** `deno task schema`: the manifest's JSON Schema, for editors, and its reference, for the README. */
import { join } from "node:path";
import type { Command } from "../command.ts";
import { EXIT } from "../../errors.ts";
import { CHECKOUT } from "../../home.ts";
import { manifestReference, withReference } from "../../manifest/reference.ts";
import { loadTasks } from "../../registry.ts";
import { manifestJsonSchema, SCHEMA_FILE } from "../../manifest/schema.ts";

const README = join(CHECKOUT, "README.md");

export const schema: Command = {
  help: {
    usage: "deno task schema [--write]",
    summary: "Prints the JSON Schema of pipeline.yaml, with the parameters of every task.",
    options: {
      write: {
        help: "keep it in tasks/runner/pipeline.schema.json, and the reference of all keys in README.md",
      },
    },
  },

  async run({ switches }, world) {
    const tasks = await loadTasks();
    const text = `${JSON.stringify(manifestJsonSchema(tasks), null, 2)}\n`;
    if (!switches.has("write")) world.out(text);
    else {
      await Deno.writeTextFile(SCHEMA_FILE, text);
      const readme = withReference(await Deno.readTextFile(README), manifestReference(tasks));
      await Deno.writeTextFile(README, readme);
    }
    return EXIT.done;
  },
};
