/** The manifest's `checks`: what must hold of the rows that a stage has written. */
import { z } from "zod";

/** One check; its form is filled in by kind. */
export const check = z.looseObject({
  severity: z.enum(["error", "warn"]).default("error").describe(
    "error: the stage fails; warn: the summary says so.",
  ),
  on_fail: z.enum(["fail", "quarantine"]).default("fail").describe(
    "fail: nothing of the batch is written; quarantine: the rows at fault are set aside among the rejects.",
  ),
});
