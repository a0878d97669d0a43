/** The command `serve`: options in, exit code out, signals between. */
import { homePath } from "../../sql/home.ts";
import { createServerLog } from "../log.ts";
import { configuredKeys } from "./configured_keys.ts";
import { HELP, readServeOptions, type ServeOptions, UsageError } from "./options.ts";
import { serve } from "./serve.ts";

const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** `deno task` passes Ctrl-C on although the terminal has sent it to us already: within this time it is one press. */
const ONE_PRESS_MS = 400;

export async function main(args: string[]): Promise<number> {
  const write = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));
  try {
    const options = readServeOptions(args);
    if (options === null) {
      Deno.stdout.writeSync(new TextEncoder().encode(HELP));
      return EXIT.done;
    }
    await serveUntilSignal(options, write);
    return EXIT.done;
  } catch (error) {
    if (error instanceof UsageError) {
      write(`error: ${error.message}\n`);
      return EXIT.usage;
    }
    write(`error: ${error instanceof Error ? error.message : error}\n`);
    return EXIT.failed;
  }
}

async function serveUntilSignal(options: ServeOptions, write: (text: string) => void): Promise<void> {
  const log = createServerLog({ json: options.jsonLog, now: () => new Date(), write });
  const asked = untilSignal();
  const keys = configuredKeys({
    keys: Deno.env.get("MATINEE_API_KEYS"),
    file: Deno.env.get("MATINEE_API_KEYS_FILE"),
  });
  const server = await serve(options, {
    keys,
    home: homePath(),
    databaseUrl: Deno.env.get("DATABASE_URL") || null,
    log,
  });
  const signal = await asked;
  log.info("stopping: requests in flight finish", { signal });
  // A person at the terminal waits for nobody's load balancer.
  await server.stop(signal === "SIGTERM" ? options.drain : 0);
  log.info("stopped");
}

/** Resolves at the first signal; the next one ends the process there and then. */
function untilSignal(): Promise<Deno.Signal> {
  const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
  let firstAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      if (firstAt !== null && performance.now() - firstAt > ONE_PRESS_MS) Deno.exit(EXIT.interrupted);
      firstAt ??= performance.now();
      resolve(signal);
    });
  }
  return promise;
}
