/** Picks the snapshot to go live among what is published; a damaged one is refused, once and aloud. */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { type Live, loadSnapshot } from "../live/live.ts";
import type { ServerLog } from "../log.ts";
import type { Publication } from "./publications.ts";

export interface Chosen {
  snapshot: Snapshot;
  sha256: string;
  publicationId: number;
}

export interface Chooser {
  /** The first of `publications` (newest first) that can be served; null when that is live already, or none can. */
  choose(publications: readonly Publication[]): Promise<Chosen | null>;
  /** Tries again what was refused. */
  forgetRefused(): void;
}

export function createChooser(options: { live: Live; artifacts: string; log: ServerLog }): Chooser {
  const { live, artifacts, log } = options;
  const refused = new Set<string>();
  return {
    async choose(publications) {
      for (const publication of publications) {
        const { sha256, publicationId } = publication;
        if (sha256 === live.current?.sha256) return null;
        if (refused.has(sha256)) continue;
        try {
          return { snapshot: await loadSnapshot(artifacts, publication), sha256, publicationId };
        } catch (error) {
          refused.add(sha256);
          log.warn("a published snapshot is refused; what is served stays", {
            publication: publicationId,
            reason: error instanceof Error ? error.message : String(error),
          });
        }
      }
      return null;
    },
    forgetRefused: () => refused.clear(),
  };
}
