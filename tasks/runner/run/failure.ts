/** Failed attempts: what failed, whether it is tried again, and when. */
import { createHash } from "node:crypto";
import { isConnectionLoss } from "../../../sql/db.ts";
import { CheckError } from "../errors.ts";
import type { Retry } from "../manifest/manifest.ts";

export type Cause = Retry["on"][number];

/** What made an attempt fail; `timeout` is the reason with which its time ran out, if it did. */
export function causeOf(error: unknown, timeout: unknown): Cause {
  const chain = [...causesOf(error)];
  if (timeout !== undefined && chain.includes(timeout)) return "timeout";
  if (chain.some((cause) => cause instanceof CheckError)) return "check";
  if (chain.some(isConnectionLoss)) return "database";
  // A task that ends by an error of its own when it is told to stop has still run out of time.
  return timeout === undefined ? "error" : "timeout";
}

/** Milliseconds before the attempt after `attempt`; the part that is left to chance is seeded. */
export function pauseOf(
  { backoff, max, jitter }: Retry,
  { attempt, seed }: { attempt: number; seed: number },
): number {
  const pause = Math.min(max, backoff * 2 ** (attempt - 1));
  const digest = createHash("sha256").update(`${seed} pause ${attempt}`).digest();
  const chance = digest.readUInt32BE(0) / 2 ** 32;
  return Math.round(pause * (1 - jitter * chance));
}

/** The message of an error and of its causes, a line each; a cause that a message above quotes has none. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  for (const cause of causesOf(error)) {
    const message = cause instanceof Error ? cause.message || cause.name : String(cause);
    if (!lines.some((line) => line.includes(message))) lines.push(message);
  }
  return lines.join("\ncaused by: ");
}

/** `error`, its cause, the cause of that, and so on. */
function* causesOf(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>();
  for (let cause = error; cause !== undefined && cause !== null && !seen.has(cause);) {
    seen.add(cause);
    yield cause;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
}
