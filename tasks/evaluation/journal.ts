/**
 * The journal of a search: one JSON object a line, first what was searched, then each outcome as soon as it is known.
 *
 * Killed while it writes a line, a search leaves a piece of one; that trial is then done again.
 */
import { z } from "zod";
import { UsageError } from "../runner/errors.ts";

const head = z.object({ searched: z.record(z.string(), z.unknown()) });
const line = z.object({
  trial: z.number().int(),
  share: z.number(),
  loss: z.number().nullable(),
  cpu_s: z.number(),
});

export type JournalLine = z.infer<typeof line>;

export interface Journal {
  /** What was found of `trial` on `share` before; undefined: nothing. */
  of(trial: number, share: number): JournalLine | undefined;
  /** How many lines an earlier search has left. */
  readonly nKept: number;
  add(line: JournalLine): Promise<void>;
}

/**
 * The journal at `path`, begun or gone on with; without a path it is kept in memory.
 *
 * @throws {UsageError} when what is there is the journal of another search, or none.
 */
export async function openJournal(
  path: string | undefined,
  searched: Record<string, unknown>,
): Promise<Journal> {
  const known = new Map<string, JournalLine>();
  const keyOf = (trial: number, share: number) => `${trial} ${share.toFixed(6)}`;
  const text = path === undefined ? null : await readJournal(path);
  if (path !== undefined && text !== null) {
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const [first = "", ...rest] = whole.trimEnd().split("\n");
    refuseOther(path, first, searched);
    for (const one of rest) {
      const found = line.parse(JSON.parse(one));
      known.set(keyOf(found.trial, found.share), found);
    }
    if (whole !== text) await write(path, whole, { append: false });
  }
  if (path !== undefined && text === null) {
    await write(path, `${JSON.stringify({ searched })}\n`, { append: false });
  }
  return {
    of: (trial, share) => known.get(keyOf(trial, share)),
    nKept: known.size,
    async add(found) {
      known.set(keyOf(found.trial, found.share), found);
      if (path !== undefined) await write(path, `${JSON.stringify(found)}\n`, { append: true });
    },
  };
}

/** The text at `path`; null when nothing is there, or nothing but a piece of the first line. */
async function readJournal(path: string): Promise<string | null> {
  try {
    const text = await Deno.readTextFile(path);
    return text.includes("\n") ? text : null;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw new UsageError(
      `Cannot read the journal "${path}": ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
}

async function write(path: string, text: string, options: Deno.WriteFileOptions): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, options);
  } catch (cause) {
    throw new UsageError(
      `Cannot write the journal "${path}": ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
}

function refuseOther(path: string, first: string, searched: Record<string, unknown>): void {
  const next = "Next: the command that began it, or --resume with another file";
  const found = parsed(first);
  if (found === null) {
    throw new UsageError(`Cannot resume from "${path}" as it is no journal of a search. ${next}`);
  }
  for (const [key, value] of Object.entries(searched)) {
    const [was, is] = [JSON.stringify(found[key]), JSON.stringify(value)];
    if (was === is) continue;
    throw new UsageError(`Cannot resume from "${path}" as its ${key} was ${was}: found ${is}. ${next}`);
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return head.parse(JSON.parse(text)).searched;
  } catch {
    return null;
  }
}
