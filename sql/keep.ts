/**
 * Holds the database while a command runs: `deno run -P=database sql/keep.ts COMMAND [ARGUMENT …]`.
 *
 * The command finds the database's address in DATABASE_URL. So it needs no right to start programs itself, and the
 * database lives as long as it does: the last Matinee process to leave stops an embedded server. Without a database
 * the command runs all the same; what it does then is its own affair. Signals are passed on, the exit code comes back.
 */
const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));

const isForHelp = Deno.args.includes("--help");
if (!isForHelp) say("Matinee: starting the database, then the server.");
// Computed, so that the line above comes before Deno fetches a package.
const keeper = "./_launcher/keeper.ts";
const { keep } = await import(keeper) as typeof import("./_launcher/keeper.ts");
Deno.exit(await keep(Deno.args, { say, needsDatabase: !isForHelp }));
