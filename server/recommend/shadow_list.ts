/** Offers what went out to the shadow, where the snapshot's settings name one. */
import type { Serving } from "../live/live.ts";
import { recommend } from "./recommend.ts";
import type { ListRequest, RecommendationList } from "./request.ts";
import type { Shadow } from "./shadow.ts";

/** Returns at once: the candidate makes its list for the same request when the answer is gone. */
export function offerToShadow(
  shadow: Shadow,
  { serving, request, list }: { serving: Serving; request: ListRequest; list: RecommendationList },
): void {
  const settings = serving.snapshot.serving.shadow;
  // Who asks for a model wants to see that one: it says nothing of what people get.
  if (settings === null || request.model !== undefined) return;
  const { version, share } = settings;
  shadow.offer(version, share, {
    list,
    compare: () => recommend(serving, { ...request, model: version, explain: false }),
  });
}
