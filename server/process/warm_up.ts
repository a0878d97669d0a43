/** What the first requests of a snapshot cost a worker is spent before a person waits for it. */
import { breathe } from "../../models/breathe.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { withPauses } from "../../models/steps.ts";
import type { SharedSnapshot } from "../live/load.ts";
import type { Serving } from "../live/live.ts";
import { recommend } from "../recommend/recommend.ts";
import { shelfOf } from "../recommend/shelf.ts";

/** Makes a list with each model of `shared`: each prepares something at its first. Requests go on in between. */
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

/** Makes what lists of popularity, filters and searches are looked up in; `before` has much of it, mostly. */
export async function stock({ snapshot }: Serving, before: Snapshot | null): Promise<void> {
  await withPauses(shelfOf(snapshot).stocking(before), () => breathe(NEVER));
}

const NEVER = new AbortController().signal;
