/** What the first list of a snapshot costs a worker is spent before a person waits for it. */
import { breathe } from "../../models/breathe.ts";
import type { SharedSnapshot } from "../live/load.ts";
import type { Serving } from "../live/live.ts";
import { recommend } from "../recommend/recommend.ts";

/** Makes a list with each model of `shared`: some freeze their movies' side at the first. Requests go on in between. */
export async function warmUp(serving: Serving, { beside }: Pick<SharedSnapshot, "beside">): Promise<void> {
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
