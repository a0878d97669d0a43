/** Puts what was loaded in its place: here, and in every other worker; then the log may forget what is in the base. */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { type Live, type Serving, servingOf, type SharedSnapshot } from "../live/live.ts";
import { createNewerRatings } from "../live/newer.ts";
import type { NewerBase } from "../live/newer_base.ts";
import type { NewerLog } from "../live/newer_log.ts";
import type { ServerLog } from "../log.ts";
import type { Chooser } from "./chooser.ts";

/** What every worker is to serve from now on; it can be posted, and nothing in it is copied. */
export interface News {
  shared: SharedSnapshot;
  base: NewerBase;
}

export interface Stage {
  /** Swaps to another snapshot; false when it does not stand the trial. */
  show(news: News & { snapshot: Snapshot }): Promise<boolean>;
  /** Swaps to another base under the same snapshot. */
  refresh(base: NewerBase): Promise<void>;
}

export interface StageOptions {
  live: Live;
  log: ServerLog;
  newerLog: NewerLog;
  chooser: Pick<Chooser, "refuse">;
  spread?: (news: News) => Promise<void>;
}

export function createStage({ live, log, newerLog, spread = async () => {} }: StageOptions): Stage {
  let shown: SharedSnapshot | null = null;
  const place = async (shared: SharedSnapshot, snapshot: Snapshot, base: NewerBase): Promise<Serving> => {
    const newer = createNewerRatings(base, newerLog);
    newer.takeIn();
    const serving = servingOf(shared, snapshot, newer);
    live.current = serving;
    shown = shared;
    await spread({ shared, base });
    newerLog.raiseFloor(base.epoch);
    return serving;
  };
  return {
    async show({ shared, snapshot, base }) {
      announce(await place(shared, snapshot, base), log);
      return true;
    },
    async refresh(base) {
      if (shown && live.current) await place(shown, live.current.snapshot, base);
    },
  };
}

function announce({ snapshot, sha256, publicationId, newer }: Serving, log: ServerLog): void {
  log.info(publicationId === null ? "serving popularity from the database" : "serving snapshot", {
    publication: publicationId ?? undefined,
    sha256: sha256.slice(0, 16),
    model: snapshot.champion?.model ?? "popularity",
    version: snapshot.champion?.version,
    batch: snapshot.batchId,
    movies: snapshot.movieIds.length,
    users: snapshot.userIds.length,
    newer_ratings: newer.nRatings,
  });
}
