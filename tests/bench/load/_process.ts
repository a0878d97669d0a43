/** The load in a process of its own, so that neither its CPU time nor its pauses are anybody else's: OPTIONS as JSON. */
import { load, type LoadOptions } from "./client.ts";

if (import.meta.main) {
  const options: LoadOptions = JSON.parse(Deno.args[0]);
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(await load(options))));
}
