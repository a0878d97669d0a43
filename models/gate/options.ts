/** What the gate asks of a candidate, as the manifest may set it. */
import { z } from "zod";

const stars = z.number().min(0);
const share = z.number().min(0).max(1);

export const gateOptions = z.strictObject({
  margin_rmse: stars.default(0.005)
    .describe(
      "Stars by which a candidate's true RMSE may exceed that of the champion, the month's best and the standard.",
    ),
  margin_ndcg: share.default(0.005).describe("By how much its true nDCG@10 may fall below theirs."),
  confidence: z.number().min(0.5).max(0.9999).default(0.95)
    .describe(
      "Probability with which each margin must be shown to hold; of k candidates at once, 1 − (1 − confidence) / k.",
    ),
  resamples: z.number().int().min(1_000).max(1_000_000).default(2_000)
    .describe("Draws of people in each bootstrap."),
  min_effect_rmse: stars.default(0)
    .describe(
      "Stars by which its RMSE must be lower than the champion's, and surely lower at all, to be worth a change; 0: not being worse is enough.",
    ),
  min_effect_ndcg: share.default(0)
    .describe("The same for its nDCG@10. Where both are set, one of them is enough."),
  min_users: z.number().int().min(1).default(200)
    .describe(
      "People in the hold-out below whom nothing is shown and the verdict is inconclusive; the first version goes live all the same.",
    ),
  on_inconclusive: z.enum(["keep", "promote"]).default("keep")
    .describe(
      "keep: the champion stays. promote: a candidate that measured within the margins goes live without proof.",
    ),
  on_few_users: z.enum(["keep", "retrain"]).default("retrain")
    .describe(
      "Below min_users there never is a proof. keep: as on_inconclusive says. retrain: a candidate trained from scratch that measured within the margins goes live even so, a warm update does not; a small archive's model then changes every retrain_every.",
    ),
  prefer: z.enum(["ndcg", "rmse"]).default("ndcg")
    .describe("Of several candidates that pass, the one that measured best in this goes live."),
  slice_margin_rmse: stars.default(0.02)
    .describe(
      "Guardrail: rejected when surely worse than the champion by more stars than this among warm or cold people, of whom there are min_users.",
    ),
  slice_margin_ndcg: share.default(0.02).describe("The same guardrail for nDCG@10."),
  max_coverage_loss: share.default(0.5)
    .describe("Guardrail: share of the movies in the champion's lists by which a candidate's may be fewer."),
  max_list_ms: z.number().positive().default(250)
    .describe("Guardrail: milliseconds that scoring all movies for a person may take, at the median."),
});

export type GateOptions = z.output<typeof gateOptions>;
