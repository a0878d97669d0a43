/**
 * Keeps the live snapshot current: at a NOTIFY, and every few seconds, looks for a newer publication and newer ratings.
 *
 * The database is asked while it answers; the file `current.json` stands in while it does not. Requests never wait
 * for either: they read `live.current`.
 */
import type { Db, Pool } from "../../sql/db.ts";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import { snapshotOfArchive } from "./archive.ts";
import { createBell } from "./bell.ts";
import { type Chooser, createChooser } from "./chooser.ts";
import { createLink } from "./link.ts";
import { type Live, type Serving, sha256Of } from "../live/live.ts";
import type { ServerLog } from "../log.ts";
import { newerMark, noNewerRatings, readNewerRatings } from "./newer_ratings.ts";
import { pointedSnapshot, publishedSnapshots } from "./publications.ts";

export interface FollowOptions {
  live: Live;
  /** Folder of snapshots and `current.json`. */
  artifacts: string;
  /** @throws when there is no database to connect to. */
  connect: () => Pool;
  log: ServerLog;
  /** Milliseconds between two looks when nobody notifies. */
  pollEvery: number;
}

export interface Follower extends AsyncDisposable {
  /** Whether the last look reached the database. */
  readonly isDatabaseUp: boolean;
}

const PUBLISHED = "matinee_published";
const RATINGS = "matinee_ratings";

/** Looks once, and goes on looking until disposed. */
export async function follow(options: FollowOptions): Promise<Follower> {
  const bell = createBell();
  const chooser = createChooser(options);
  const link = createLink({
    ...options,
    channels: [PUBLISHED, RATINGS],
    heard(channel) {
      if (channel === PUBLISHED) chooser.forgetRefused();
      bell.ring();
    },
    opened: () => distrustNewer(options.live),
  });
  let isStopped = false;
  let complaint = "";
  const look = async () => {
    if (await link.use((db) => takeFromDatabase(db, options, chooser))) return;
    try {
      await takeFromPointer(options, chooser);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== complaint) options.log.warn("what is served stays", { reason });
      complaint = reason;
    }
  };
  await look();
  const looking = (async () => {
    while (!isStopped) {
      await bell.rung(options.pollEvery);
      if (!isStopped) await look();
    }
  })();
  return {
    get isDatabaseUp() {
      return link.isUp;
    },
    async [Symbol.asyncDispose]() {
      isStopped = true;
      bell.ring();
      await looking;
      await link.close();
    },
  };
}

async function takeFromDatabase(db: Db, { live, log }: FollowOptions, chooser: Chooser): Promise<void> {
  const published = await publishedSnapshots(db);
  const chosen = await chooser.choose(published);
  if (chosen) {
    const newer = await readNewerRatings(db, chosen.snapshot.batchId);
    return swap(live, { ...chosen, newer }, log);
  }
  const { current } = live;
  const mark = await newerMark(db);
  if (current?.newer.mark === mark) return;
  if (current === null || published.length === 0) {
    const bytes = await snapshotOfArchive(db);
    if (bytes === null) return;
    const snapshot = openSnapshot(bytes);
    const newer = await readNewerRatings(db, snapshot.batchId);
    return swap(live, { snapshot, sha256: await sha256Of(bytes), publicationId: null, newer }, log);
  }
  live.current = { ...current, newer: await readNewerRatings(db, current.snapshot.batchId) };
}

async function takeFromPointer({ live, artifacts, log }: FollowOptions, chooser: Chooser): Promise<void> {
  const chosen = await chooser.choose(await pointedSnapshot(artifacts));
  if (!chosen) return;
  const newer = live.current?.newer ?? noNewerRatings(chosen.snapshot.batchId);
  // Going back to an older batch needs ratings that only the database has.
  if (newer.afterBatch > chosen.snapshot.batchId) return;
  swap(live, { ...chosen, newer }, log);
}

/** Makes the next look read the newer ratings again: equal marks of two databases mean nothing. */
function distrustNewer(live: Live): void {
  const { current } = live;
  if (current) live.current = { ...current, newer: { ...current.newer, mark: "" } };
}

function swap(live: Live, serving: Serving, log: ServerLog): void {
  live.current = serving;
  const { snapshot, sha256, publicationId, newer } = serving;
  log.info(publicationId === null ? "serving popularity from the database" : "serving snapshot", {
    publication: publicationId ?? undefined,
    sha256: sha256.slice(0, 16),
    model: snapshot.champion?.model ?? "popularity",
    version: snapshot.champion?.version,
    batch: snapshot.batchId,
    movies: snapshot.movieIds.length,
    users: snapshot.userIds.length,
    newer_ratings: newer.seen.movies.length,
  });
}
