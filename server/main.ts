/**
 * The entry of `serve`: says at once that it starts, and only then loads packages.
 *
 * The import below is computed, so that Deno starts this file before it fetches anything.
 */

const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
const fetching = setTimeout(() => say("Fetching packages, about 15 MB, once."), 1_000);
const command = "./process/command.ts";
const { main } = await import(command) as typeof import("./process/command.ts");
clearTimeout(fetching);
Deno.exit(await main(Deno.args));
