/** Puts what was loaded in its place: here, and in every other worker; then the log may forget what is in the base. */
import { tryOut } from "../live/canaries.ts";
import { type Live, type Opened, type Serving, servingOf } from "../live/live.ts";
import { letGo } from "../live/let_go.ts";
import type { SharedSnapshot } from "../live/load.ts";
import { createNewerRatings } from "../live/newer.ts";
import type { NewerBase } from "../live/newer_base.ts";
import type { NewerLog } from "../live/newer_log.ts";
import type { ServerLog } from "../log.ts";
import { recommend } from "../recommend/recommend.ts";
import type { Chooser } from "./chooser.ts";

/** What every worker is to serve from now on; it can be posted, and nothing in it is copied. */
export interface News {
  shared: SharedSnapshot;
  base: NewerBase;
}

export interface Stage {
  /** Swaps to another snapshot; false when it does not stand the trial. */
  show(news: News & { opened: Opened }): Promise<boolean>;
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

export function createStage(
  { live, log, newerLog, chooser, spread = async () => {} }: StageOptions,
): Stage {
  let shown: SharedSnapshot | null = null;
  const madeOf = (opened: Opened, base: NewerBase): Serving => {
    const newer = createNewerRatings(base, newerLog);
    newer.takeIn();
    return servingOf(opened, newer);
  };
  const place = async (serving: Serving, news: News): Promise<void> => {
    live.current = serving;
    shown = news.shared;
    await spread(news);
    newerLog.raiseFloor(news.base.epoch);
  };
  return {
    async show({ shared, opened, base }) {
      const serving = madeOf(opened, base);
      try {
        tryOut(serving, (each, request) => recommend(each, request).items);
      } catch (error) {
        chooser.refuse(shared, error);
        return false;
      }
      await place(serving, { shared, base });
      letGo(shared.bytes.length);
      announce(serving, log);
      announceLack(shared, log);
      return true;
    },
    async refresh(base) {
      if (shown && live.current) await place(madeOf(live.current, base), { shared: shown, base });
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

/** What goes live with less than was asked for says so. */
function announceLack({ vectors, publicationId, missing }: SharedSnapshot, log: ServerLog): void {
  if (vectors && !vectors.compiled && publicationId !== null) {
    log.warn("lists take some twenty times longer, as the scan was not compiled; next: deno task daily");
  }
  for (const { version, reason } of missing) {
    log.warn("a version is not served; who would get it gets the champion", { version, reason });
  }
}
