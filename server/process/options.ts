/** The command line of `deno task serve`. */
import { parseArgs } from "node:util";

export interface ServeOptions {
  port: number;
  host: string;
  /** Threads that answer requests. */
  workers: number;
  /** Log lines as JSON. */
  jsonLog: boolean;
  /** Log a line for each request. */
  verbose: boolean;
  /** Requests a minute of one key or address; 0: as many as they like. */
  rateLimit: number;
  /** Origins whose pages may call the server. */
  cors: string[];
  /** Milliseconds between a SIGTERM and the closing of the port, while readiness says 503. */
  drain: number;
}

export const HELP = `Serves recommendations over HTTP, and a page to look at them.

Usage: deno task serve [options]

  --port PORT    port to listen on (default 8000); when it is taken, the next free one. 0: any free one
  --host HOST    address to listen on (default 127.0.0.1: this machine only; 0.0.0.0: every network)
  --workers N    threads that answer requests, on one port (default: one a core; only Linux takes more than 1)
  --drain SEC    on SIGTERM, go on answering so long while /health/ready says 503 (default 1)
  --rate-limit N requests a minute that one key, or one address, may send (default 6000; 0: no limit);
                 this machine's own are not counted
  --cors ORIGIN  let pages of ORIGIN (https://shop.example) call this server; may stand several times
  --json-log     log lines as JSON
  --verbose      log a line for each request
  --help         show this help

Environment: DATABASE_URL (an existing PostgreSQL instead of the embedded one), MATINEE_HOME (default .matinee),
MATINEE_API_KEYS (keys as NAME:SCOPE[,SCOPE]:KEY, with blanks between them; scopes: read, write, operate),
MATINEE_API_KEYS_FILE (a file of such lines; # begins a comment). On a network, and to operate, requests need a key.
Ctrl-C stops: requests in flight finish. A second one stops at once.
`;

/** The person can mend it: wrong flags. */
export class UsageError extends Error {
  override name = "UsageError";
}

const FLAGS = {
  port: { type: "string" },
  host: { type: "string" },
  workers: { type: "string" },
  drain: { type: "string" },
  "rate-limit": { type: "string" },
  cors: { type: "string", multiple: true },
  "json-log": { type: "boolean" },
  verbose: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Reads `args`; null when they ask for help. @throws {UsageError} on anything that `HELP` does not name. */
export function readServeOptions(args: string[]): ServeOptions | null {
  const { values } = parsed(args);
  if (values.help) return null;
  return {
    port: number(values.port ?? "8000", { flag: "--port", most: 65_535 }),
    host: values.host ?? "127.0.0.1",
    workers: number(values.workers ?? String(navigator.hardwareConcurrency), {
      flag: "--workers",
      least: 1,
      most: 256,
    }),
    drain: 1000 * number(values.drain ?? "1", { flag: "--drain", most: 3_600 }),
    rateLimit: number(values["rate-limit"] ?? "6000", { flag: "--rate-limit", most: 10_000_000 }),
    cors: (values.cors ?? []).map(origin),
    jsonLog: values["json-log"] ?? false,
    verbose: values.verbose ?? false,
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS, allowPositionals: false });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${reason.split(". ")[0]}. Next: deno task serve --help`, { cause });
  }
}

/** As browsers write it: scheme, host, port where it is not the usual one. */
function origin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new UsageError(
    `Cannot read --cors as it should be an origin like https://shop.example: found "${text}"`,
  );
}

function number(
  text: string,
  { flag, least = 0, most }: { flag: string; least?: number; most: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `Cannot read ${flag} as it should be a whole number from ${least} to ${most}: found "${text}"`,
  );
}
