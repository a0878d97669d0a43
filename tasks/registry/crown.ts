/** Makes a version the champion because a person says so: registry, history and best score, in one transaction. */
import type { Db } from "../../sql/db.ts";
import { openVersion, type VersionRow } from "../_versions.ts";
import type { Session } from "../runner/session.ts";
import { UsageError } from "../runner/errors.ts";
import { figuresOf } from "./figures.ts";

export interface Coronation {
  kind: "promote" | "rollback";
  /** Who decides, as in "ada@host". */
  by: string;
  reason: string;
}

/** The person at the keyboard, as far as the environment knows. */
export function operator(): string {
  return `${Deno.env.get("USER") ?? Deno.env.get("LOGNAME") ?? "somebody"}@${Deno.hostname()}`;
}

/**
 * Makes `row` the champion in the place of `champion`; hold the run lock.
 *
 * @throws {UsageError} when its artifact is pruned, gone, damaged or of a model that this checkout does not know.
 */
export async function crown(
  { db, home }: Session,
  row: VersionRow,
  { champion, kind, by, reason, also }: Coronation & {
    champion: VersionRow | undefined;
    /** What is done with it or not at all. */
    also?: (tx: Db) => Promise<void>;
  },
): Promise<void> {
  await openSound(home.artifacts, row);
  const { version, run_id } = row;
  await db.transaction(async (tx) => {
    await tx.execute("registry/retire_champion");
    await tx.execute("registry/make_champion", [version]);
    await tx.execute("registry/insert_promotion", [
      version,
      champion?.version ?? null,
      kind,
      by,
      reason,
      null,
    ]);
    await tx.execute("registry/clear_best_score");
    for (const [metric, value] of figuresOf(row)) {
      await tx.execute("registry/set_best_score", [metric, version, value, run_id]);
    }
    await also?.(tx);
  });
}

/** Opens `row`, so that nobody goes live with what cannot be read. */
export async function openSound(artifacts: string, row: VersionRow) {
  const { version, artifact, pruned_at } = row;
  if (pruned_at !== null) {
    const day = pruned_at.toISOString().slice(0, 10);
    throw new UsageError(
      `Cannot use version ${version} as its artifact was pruned on ${day}. Next: deno task models list`,
    );
  }
  try {
    return await openVersion({ artifacts }, row);
  } catch (cause) {
    const found = cause instanceof Deno.errors.NotFound
      ? `"${artifact}" is not in ${artifacts}`
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new UsageError(
      `Cannot use version ${version} as its artifact should open: found: ${found}. Next: deno task models list`,
      { cause },
    );
  }
}
