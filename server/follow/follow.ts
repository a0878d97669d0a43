/**
 * Keeps the live snapshot current: at a NOTIFY, and every few seconds, looks for a newer publication and newer ratings.
 *
 * The database is asked while it answers; the file `current.json` stands in while it does not. Requests never wait
 * for either: they read `live.current`, in whichever worker they are.
 */
import type { Db, Pool } from "../../sql/db.ts";
import { snapshotOfArchive } from "./archive.ts";
import { createBell } from "./bell.ts";
import { createChooser } from "./chooser.ts";
import { createLink } from "./link.ts";
import { type Live, openShared } from "../live/live.ts";
import { shareSnapshot } from "../live/load.ts";
import { emptyBase } from "../live/newer_base.ts";
import { createNewerLog, type NewerLog } from "../live/newer_log.ts";
import type { ServerLog } from "../log.ts";
import { createNewerReader } from "./newer_ratings.ts";
import { pointedSnapshot, publishedSnapshots } from "./publications.ts";
import { createRest, type Rest } from "./rest.ts";
import { createStage, type News, type Stage } from "./stage.ts";

export interface FollowOptions {
  live: Live;
  /** Folder of snapshots and `current.json`. */
  artifacts: string;
  /** @throws when there is no database to connect to. */
  connect: () => Pool;
  log: ServerLog;
  /** Milliseconds between two looks when nobody notifies. */
  pollEvery: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
  /** What this server's workers append to. */
  newerLog?: NewerLog;
  /** Hands what went live to the other workers; resolves when they work with it. */
  spread?: (news: News) => Promise<void>;
  /** Told after each look whether it reached the database. */
  looked?: (isDatabaseUp: boolean) => void;
}

export interface Follower extends AsyncDisposable {
  /** Whether the last look reached the database. */
  readonly isDatabaseUp: boolean;
  /** Looks again at once: the log is filling up, or another worker has news. */
  ring(): void;
}

const PUBLISHED = "matinee_published";
const RATINGS = "matinee_ratings";
/**
 * Milliseconds in which told ratings gather before they are read. This server's own, which are most of them, stand in
 * its log already, so a look at each would only take the processor from whoever waits for the list after it.
 */
const GATHERING = 100;
/** What a look works with. */
interface Looker {
  options: FollowOptions;
  stage: Stage;
  chooser: ReturnType<typeof createChooser>;
  reader: ReturnType<typeof createNewerReader>;
  newerLog: NewerLog;
  rest: Rest;
}

/** Looks once, and goes on looking until disposed. */
export async function follow(options: FollowOptions): Promise<Follower> {
  const bell = createBell();
  const chooser = createChooser(options);
  const newerLog = options.newerLog ?? createNewerLog();
  const reader = createNewerReader(newerLog);
  const stage = createStage({ ...options, newerLog, chooser });
  const rest = createRest({ now: options.now ?? (() => performance.now()), over: (ms) => bell.ringSoon(ms) });
  const looker = { options, stage, chooser, reader, newerLog, rest };
  const link = createLink({
    ...options,
    channels: [PUBLISHED, RATINGS],
    heard(channel) {
      if (channel === RATINGS) return bell.ringSoon(GATHERING);
      chooser.forgetRefused();
      bell.ring();
    },
    opened: () => reader.distrust(),
  });
  let isStopped = false;
  const look = lookOf(looker, link.use);
  const lookAndTell = async () => {
    await look();
    options.looked?.(link.isUp);
  };
  await lookAndTell();
  const looking = (async () => {
    while (!isStopped) {
      await bell.rung(options.pollEvery);
      if (!isStopped) await lookAndTell();
    }
  })();
  return {
    get isDatabaseUp() {
      return link.isUp;
    },
    ring: () => bell.ring(),
    async [Symbol.asyncDispose]() {
      isStopped = true;
      bell.ring();
      await looking;
      await link.close();
      bell[Symbol.dispose]();
    },
  };
}

/** A look at the database or, while that is down, at the pointer; what is wrong with that is said once. */
function lookOf(
  looker: Looker,
  use: (body: (db: Db) => Promise<void>) => Promise<boolean>,
): () => Promise<void> {
  let complaint = "";
  return async () => {
    if (await use((db) => takeFromDatabase(db, looker))) return;
    try {
      await takeFromPointer(looker);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== complaint) looker.options.log.warn("what is served stays", { reason });
      complaint = reason;
    }
  };
}

async function takeFromDatabase(db: Db, looker: Looker): Promise<void> {
  const { options, stage, chooser, reader, newerLog, rest } = looker;
  const published = await publishedSnapshots(db);
  for (let chosen; (chosen = await chooser.choose(published)) !== null;) {
    const base = await reader.read(db, chosen.opened.snapshot.batchId);
    if (await stage.show({ ...chosen, base })) return;
  }
  const { current } = options.live;
  if (current !== null && await reader.catchUp(db, current.newer)) return;
  // A log that is filling up needs room now.
  if (current !== null && rest.isOn() && !newerLog.isHalfFull) return;
  await rest.after(async () => {
    if (current !== null && published.length > 0) {
      return await stage.refresh(await reader.read(db, current.snapshot.batchId));
    }
    await showArchive(db, looker);
  });
}

/** What the database holds, before anything is published. */
async function showArchive(db: Db, { stage, reader }: Looker): Promise<void> {
  const bytes = await snapshotOfArchive(db);
  if (bytes === null) return;
  const loaded = await shareSnapshot(bytes);
  const opened = await openShared(loaded);
  await stage.show({
    shared: loaded.shared,
    opened,
    base: await reader.read(db, loaded.snapshot.batchId),
  });
}

async function takeFromPointer({ options, stage, chooser, newerLog }: Looker): Promise<void> {
  const chosen = await chooser.choose(await pointedSnapshot(options.artifacts));
  if (!chosen) return;
  const { batchId } = chosen.opened.snapshot;
  // The log stays with its base: what it has since is read again from there.
  const base = options.live.current?.newer.base ?? emptyBase(batchId, newerLog.head);
  // Going back to an older batch needs ratings that only the database has.
  if (base.afterBatch > batchId) return;
  await stage.show({ ...chosen, base });
}
