/** A change of the champion that somebody asked a scheduler for (`ops_db.run_requests`). */
import type { World } from "../runner/cli/command.ts";
import type { ChampionAnswer, ChampionRequest } from "../runner/schedule/champion.ts";
import type { Session } from "../runner/session.ts";
import { findVersion } from "./find_version.ts";
import { changeChampion } from "./promote.ts";
import { predecessorOf } from "./rollback.ts";

/**
 * Changes the champion as `request` asks, and publishes; hold the run lock.
 *
 * @throws {UsageError} when there is no such version, none to go back to, or its artifact cannot be read.
 */
export async function changeAsRequested(
  session: Session,
  request: ChampionRequest,
  { world, manifest }: { world: World; manifest?: string },
): Promise<ChampionAnswer> {
  const { action, subject, by, reason } = request;
  const row = action === "promote" ? await findVersion(session.db, subject) : await predecessorOf(session.db);
  const { isDone, hasFailed, said } = await changeChampion(session, row, {
    world,
    manifest,
    kind: action,
    by,
    reason: reason ?? undefined,
  });
  const what = `${row.model} ${row.version} is the champion.`;
  return { status: hasFailed ? "failed" : "succeeded", reason: isDone ? null : `${what} ${said}` };
}
