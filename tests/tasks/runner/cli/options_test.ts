import assert from "@std/assert";
import { UsageError } from "../../../../tasks/runner/errors.ts";
import { type CommandHelp, helpText, overview, readOptions } from "../../../../tasks/runner/cli/options.ts";

const COMMAND: CommandHelp = {
  usage: "deno task bake [WORD] [--from STAGE] [--json]",
  summary: "Bakes.",
  options: {
    from: { value: "STAGE", help: "from this stage on" },
    json: { help: "as one document" },
  },
  words: { min: 0, max: 1 },
};

const read = (...args: string[]) => readOptions(args, "bake", COMMAND);

/** What `args` are refused with. */
function refusal(...args: string[]): string {
  try {
    read(...args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error(`"${args.join(" ")}" was taken`);
}

Deno.test("readOptions() takes words, switches and values in any order", () => {
  const wanted = { words: ["bread"], switches: new Set(["json", "verbose"]), values: { from: "train" } };
  for (
    const args of [["bread", "--from", "train", "--json", "--verbose"], [
      "--verbose",
      "--from=train",
      "--json",
      "bread",
    ]]
  ) {
    const { words, switches, values } = read(...args);
    assert.deepEqual({ words, switches, values: { ...values } }, wanted);
  }
});

Deno.test("readOptions() takes values that look like anything but an option, and the last of several", () => {
  assert.equal(read("--from", "a=b c").values.from, "a=b c");
  assert.equal(read("--from=").values.from, "");
  assert.equal(read("--from", "a", "--from", "b").values.from, "b");
  assert.deepEqual(read("--", "--json").words, ["--json"]);
  assert.equal(read("--", "--json").switches.has("json"), false);
});

Deno.test("readOptions() refuses an option that is not declared, with the nearest one that is", () => {
  assert.equal(
    refusal("--jason"),
    'Cannot run "bake" as it has no option "--jason". Did you mean "--json"? Next: deno task bake --help',
  );
  assert.match(refusal("--manifes", "x"), /Did you mean "--manifest"/);
  assert.match(refusal("-j"), /no option "-j"/);
});

Deno.test("readOptions() refuses names that every object has", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.match(refusal(`--${name}`), /has no option/);
  }
});

Deno.test("readOptions() refuses a missing value, and a value for a switch", () => {
  assert.equal(refusal("--from"), 'Cannot read option "--from" as it needs a value: --from STAGE');
  assert.match(refusal("--from", "--json"), /needs a value: --from STAGE/);
  assert.equal(refusal("--json=false"), 'Cannot read option "--json" as it takes no value: found "false"');
});

Deno.test("readOptions() refuses too many words and too few, but for --help", () => {
  assert.equal(
    refusal("bread", "butter"),
    'Cannot run "bake" as it takes at most 1 beside the options: found 2. ' +
      "Usage: deno task bake [WORD] [--from STAGE] [--json]",
  );
  const strict = { ...COMMAND, words: { min: 1, max: 2 } };
  assert.throws(() => readOptions([], "bake", strict), {
    message: /takes 1 to 2 beside the options: found 0/,
  });
  assert.equal(readOptions(["--help"], "bake", strict).switches.has("help"), true);
  const { words: _, ...wordless } = COMMAND;
  assert.throws(() => readOptions(["bread"], "bake", wordless), { message: /takes no word beside/ });
});

Deno.test("overview() has a line for each command", () => {
  assert.equal(
    overview("deno task oven", {
      bake: { help: COMMAND },
      clean: { help: { ...COMMAND, summary: "Cleans what\nis there: all. No more." } },
    }),
    "  deno task oven bake   Bakes\n  deno task oven clean  Cleans what is there\n\nEach has --help.\n",
  );
});

Deno.test("helpText() lists the command's options, and those that every command has", () => {
  assert.equal(
    helpText(COMMAND),
    `Bakes.

Usage: deno task bake [WORD] [--from STAGE] [--json]

  --from STAGE     from this stage on
  --json           as one document
  --manifest FILE  the manifest (default: pipeline.yaml of the checkout)
  --log FORMAT     form of the log lines on stderr: logfmt (default) or json
  --verbose        log details as well
  --help           show this help
`,
  );
});
