/** Picks the snapshot to go live among what is published; a damaged one is refused, once and aloud. */
import { type Live, type Opened, openShared } from "../live/live.ts";
import { loadSnapshot, type SharedSnapshot } from "../live/load.ts";
import type { ServerLog } from "../log.ts";
import type { Publication } from "./publications.ts";

export interface Chosen {
  shared: SharedSnapshot;
  opened: Opened;
}

export interface Chooser {
  /** The first of `publications` (newest first) that can be served; null when that is live already, or none can. */
  choose(publications: readonly Publication[]): Promise<Chosen | null>;
  /** Never chooses it again, unless told to forget. */
  refuse(publication: Pick<SharedSnapshot, "sha256" | "publicationId">, error: unknown): void;
  /** Tries again what was refused. */
  forgetRefused(): void;
}

export function createChooser(options: { live: Live; artifacts: string; log: ServerLog }): Chooser {
  const { live, artifacts, log } = options;
  const refused = new Set<string>();
  const refuse: Chooser["refuse"] = ({ sha256, publicationId }, error) => {
    refused.add(sha256);
    log.warn("a published snapshot is refused; what is served stays", {
      publication: publicationId,
      reason: error instanceof Error ? error.message : String(error),
    });
  };
  return {
    async choose(publications) {
      for (const publication of publications) {
        if (publication.sha256 === live.current?.sha256) return null;
        if (refused.has(publication.sha256)) continue;
        try {
          const isUrgent = live.current === null || publication.isRepublished;
          const loaded = await loadSnapshot(artifacts, publication, { pace: isUrgent ? "quick" : "calm" });
          return { shared: loaded.shared, opened: await openShared(loaded) };
        } catch (error) {
          refuse(publication, error);
        }
      }
      return null;
    },
    refuse,
    forgetRefused: () => refused.clear(),
  };
}
