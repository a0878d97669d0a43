/** Takes an event to a webhook or a command. What goes wrong comes back as words: it must never fail a run. */
import { createHash } from "node:crypto";
import { delay } from "../_delay.ts";
import { describeError } from "../run/failure.ts";
import type { Notification } from "../manifest/manifest.ts";

/** The JSON that webhooks and commands get. */
export interface EventBody {
  /** The event's number: a receiver that sees it again has seen it. */
  id: number;
  event: string;
  pipeline: string;
  /** Label of the day; of several days that were missed, the last. */
  day: string;
  /** Number of the run; null when none was opened. */
  run: number | null;
  /** bootstrap, daily or partial. */
  kind: string;
  /** The schedule, or `request`, of a partial run; null for whole days. */
  schedule: string | null;
  /** The stage that failed. */
  stage: string | null;
  error: string | null;
  /** ISO time at which it happened. */
  at: string;
  /** What to type next. */
  next: string;
}

export interface DeliveryLimits {
  /** Milliseconds that a webhook may take to answer. */
  webhook: number;
  /** Milliseconds that a command may take. */
  command: number;
  /** Pauses, in milliseconds, before a webhook is tried again. */
  pauses: readonly number[];
}

export const LIMITS: DeliveryLimits = { webhook: 10_000, command: 30_000, pauses: [1_000, 4_000] };

/** The name under which the ledger keeps a target: addresses hold secrets, so it has a hash in their place. */
export function targetName({ webhook, command }: Notification): string {
  const hash = createHash("sha256").update(webhook ?? JSON.stringify(command)).digest("hex").slice(0, 12);
  return webhook ? `webhook ${new URL(webhook).host} ${hash}` : `command ${command![0]} ${hash}`;
}

/** Why `body` could not be delivered; null when it was. */
export async function deliver(
  { webhook, command }: Notification,
  body: EventBody,
  limits: DeliveryLimits = LIMITS,
): Promise<string | null> {
  if (webhook !== undefined) return await post(webhook, body, limits);
  return await call(command!, body, limits).catch(describeError);
}

async function post(
  url: string,
  body: EventBody,
  { webhook, pauses }: DeliveryLimits,
): Promise<string | null> {
  let fault: string | null = null;
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await delay(pause, new AbortController().signal);
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "matinee" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(webhook),
      });
      await answer.body?.cancel();
      if (answer.ok) return null;
      fault = `it answered ${answer.status}`;
    } catch (error) {
      const isSlow = error instanceof Error && error.name === "TimeoutError";
      fault = isSlow
        ? `it did not answer within ${webhook / 1000} s`
        : withoutAddress(describeError(error), url);
    }
  }
  return fault;
}

/** What the system says of a request names its address, which may hold a secret. */
function withoutAddress(text: string, url: string): string {
  return text.replaceAll(url, "its address").replaceAll(new URL(url).href, "its address");
}

/** `/usr/bin/env` is the one program that Matinee may start; it finds the other. */
async function call(
  command: readonly string[],
  body: EventBody,
  { command: limit }: DeliveryLimits,
): Promise<string | null> {
  const child = new Deno.Command("/usr/bin/env", {
    args: ["--", ...command],
    env: { MATINEE_EVENT: body.event },
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, limit);
  try {
    const input = new Blob([JSON.stringify(body) + "\n"]).stream();
    // A command that reads nothing closes its input early, which is its own affair.
    await Promise.all([child.status, input.pipeTo(child.stdin).catch(() => {})]);
    const { code, signal } = await child.status;
    if (isLate) return `it took longer than ${limit / 1000} s`;
    return code === 0 ? null : `it ended with ${signal ?? `exit code ${code}`}`;
  } finally {
    clearTimeout(timer);
  }
}
