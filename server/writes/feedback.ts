/** What people did with a list: saw a movie in it, clicked it, hid it. Each counts once, however often it is sent. */
import type { Db } from "../../sql/db.ts";
import { Problem } from "../http/problem.ts";
import { readRecId } from "../http/rec_id.ts";

export const FEEDBACK_EVENTS = ["impression", "click", "hide"] as const;

export interface FeedbackEvent {
  recId: string;
  event: (typeof FEEDBACK_EVENTS)[number];
  /** Null: a guest. */
  userId: number | null;
  movieId: number;
  /** Place in the list, from 1. */
  position: number | null;
  /** Null: now. */
  occurredAt: Date | null;
}

/**
 * Commits `events`; returns how many were new.
 *
 * @throws {Problem} when a list is of a version or variant that does not exist; nothing is kept then.
 */
export async function acceptFeedback(
  db: Db,
  events: readonly FeedbackEvent[],
  { variants }: { variants: readonly string[] },
): Promise<number> {
  const rows = events.map(({ recId, event, userId, movieId, position, occurredAt }, place) => {
    const origin = readRecId(recId);
    if (origin === null || origin.variant !== null && !variants.includes(origin.variant)) {
      throw unknownList(recId, `events.${place}.rec_id`);
    }
    return {
      rec_id: recId,
      user_id: userId,
      event,
      movie_id: movieId,
      position,
      ...origin,
      occurred_at: occurredAt,
    };
  });
  const found = await db.row<{ n_new: number; unknown_versions: string[] }>("feedback/accept_feedback", [
    JSON.stringify(rows),
  ]);
  const [unknown] = found!.unknown_versions;
  if (unknown === undefined) return found!.n_new;
  const place = rows.findIndex(({ version }) => version === unknown);
  throw unknownList(rows[place].rec_id, `events.${place}.rec_id`);
}

function unknownList(recId: string, field: string): Problem {
  const found = JSON.stringify(recId);
  const wanted = "the rec_id of a list of this server";
  return new Problem("unknown-list", `Cannot count feedback on ${found} as no such list was made here.`, {
    errors: [{ field, wanted, found }],
  });
}
