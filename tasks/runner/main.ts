/**
 * The entry of every command but `serve`: says within moments what will happen, and only then loads packages.
 *
 * The import below is computed, so that Deno starts this file before it fetches anything.
 */

const STEPS: Record<string, string> = {
  daily:
    "PostgreSQL (2 s) → data (5 s) → clean, features (10 s) → train (10–20 s) → evaluate, publish (10 s)",
};

const [command = "help"] = Deno.args;
const quiet = Deno.args.includes("--json") || Deno.args.includes("--help");

if (STEPS[command] && !quiet) {
  say(`Matinee: ${STEPS[command]}; a first start is the longest, later days take seconds.`);
}
const loading = setTimeout(
  () => say("Loading packages; into an empty cache they are fetched first, about 400 MB on disk, once."),
  1_500,
);
const cli = "./cli/cli.ts";
const { main } = await import(cli) as typeof import("./cli/cli.ts");
clearTimeout(loading);
Deno.exitCode = await main(Deno.args);

function say(line: string) {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
