/** A process that opens the database of the home in its first argument, says its URL, and leaves when told to. */
import { openDatabase } from "../../sql/launcher.ts";

const database = await openDatabase({ home: Deno.args[0] });
await Deno.stdout.write(new TextEncoder().encode(`${database.url}\n`));
await Deno.stdin.read(new Uint8Array(1));
await database.leave();
