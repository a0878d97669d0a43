/** What the first requests of a snapshot cost a worker is spent before a person waits for it. */
import { breathe } from "../../models/breathe.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { SharedSnapshot } from "../live/load.ts";
import type { Serving } from "../live/live.ts";
import { catalogueOf } from "../live/moments.ts";
import { recommend } from "../recommend/recommend.ts";
import { shelfOf } from "../recommend/shelf.ts";

/** What lists of popularity, and lists with filters, are looked up in. */
const LOOKED_UP = [catalogueOf, (snapshot: Snapshot) => shelfOf(snapshot).byPopularity];

/**
 * Makes what lists are looked up in, and a list with each model of `shared`: each prepares something at its first.
 * Requests go on in between.
 */
export async function warmUp(serving: Serving, { beside }: Pick<SharedSnapshot, "beside">): Promise<void> {
  for (const make of LOOKED_UP) {
    await breathe(NEVER);
    make(serving.snapshot);
  }
  const { champion, userIds } = serving.snapshot;
  const userId = userIds.length > 0 ? userIds[0] : null;
  for (const { version } of [...(champion ? [champion] : []), ...beside]) {
    await breathe(NEVER);
    try {
      recommend(serving, { userId, n: 1, model: version });
    } catch {
      // The coordinator has tried it before; whoever asks for what fails all the same is told why.
    }
  }
}

const NEVER = new AbortController().signal;
