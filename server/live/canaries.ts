/**
 * A trial before a swap: some people of the snapshot, and a guest, get their lists from what is about to go live. What
 * does not stand it never does.
 */
import { movieOf } from "../../models/rating_entry.ts";
import { ratedBy } from "../../models/snapshot/rated_lists.ts";
import type { Serving } from "./live.ts";

/** People who are asked, spread over all. */
const CANARIES = 8;
const LENGTH = 10;
/** Of the vectors' length: a published vector may be of another day's sums, but it is the same person's. */
const MOST_APART = 0.05;

interface Item {
  movie: number;
  retrievalScore: number;
  rankingScore: number;
}

export interface Request {
  userId: number | null;
  n: number;
}

/**
 * Lets canaries ask `list` of `serving`.
 *
 * @throws {SyntaxError} when a list is empty without need, has a score that is no number, or a movie that was seen; when
 * a published vector is not what the model makes of the person; or when something throws.
 */
export function tryOut(
  serving: Serving,
  list: (serving: Serving, request: Request) => readonly Item[],
): void {
  const { userIds } = serving.snapshot;
  const step = Math.max(1, Math.floor(userIds.length / CANARIES));
  const people = Array.from({ length: Math.min(CANARIES, userIds.length) }, (_, i) => i * step);
  for (const user of people) checkVector(serving, user);
  for (const userId of [null, ...people.map((user) => userIds[user])]) {
    const who = userId === null ? "a guest" : `user ${userId}`;
    checkList(serving, { userId, who, items: listOf(serving, { userId, who, list }) });
  }
}

function listOf(
  serving: Serving,
  { userId, who, list }: { userId: number | null; who: string; list: Parameters<typeof tryOut>[1] },
): readonly Item[] {
  try {
    return list(serving, { userId, n: LENGTH });
  } catch (cause) {
    throw refusal(`${who} should get a list`, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function checkList(
  { snapshot, newer }: Serving,
  { userId, who, items }: { userId: number | null; who: string; items: readonly Item[] },
): void {
  const isErased = userId !== null && newer.isErased(userId);
  const row = userId === null || isErased ? [] : ratedBy(snapshot.rated, userId);
  const seen = new Set(Array.from(row, movieOf));
  const left = snapshot.movieIds.length - seen.size - (userId === null ? 0 : newer.of(userId)?.size ?? 0);
  if (items.length === 0 && left > hiddenBy(snapshot)) {
    throw refusal(`${who} should get a list`, `none of ${left} movies left`);
  }
  for (const { movie, retrievalScore, rankingScore } of items) {
    if (!Number.isFinite(retrievalScore + rankingScore)) {
      throw refusal(`scores of ${who} should be numbers`, `${retrievalScore} and ${rankingScore}`);
    }
    if (seen.has(movie)) {
      throw refusal(`${who} should see nothing again`, `movie ${snapshot.movieIds[movie]}`);
    }
  }
}

/** At most so many movies are withheld from everybody. */
function hiddenBy({ serving: { hide }, movieIds }: Serving["snapshot"]): number {
  return hide.genres.length > 0 ? movieIds.length : hide.movies.length;
}

function checkVector({ snapshot, models }: Serving, user: number): void {
  const { champion } = models;
  const published = snapshot.champion?.userEmbeddings;
  if (!champion?.vectors || !published) return;
  const userId = snapshot.userIds[user];
  const now = champion.embed({ userId, user, later: new Map() });
  if (now === null) return;
  const { length } = now;
  const then = published.subarray(user * length, (user + 1) * length);
  const norm = (x: Float32Array) => Math.hypot(...x);
  const apart = norm(now.map((x, k) => x - then[k]));
  if (apart <= MOST_APART * Math.max(norm(now), norm(then))) return;
  throw refusal(
    `the published vector of user ${userId} should be what ${champion.version} makes of them`,
    `another one, ${apart.toPrecision(3)} apart`,
  );
}

function refusal(wanted: string, found: string, cause?: unknown): SyntaxError {
  return new SyntaxError(`Cannot go live as ${wanted}: found ${found}`, { cause });
}
