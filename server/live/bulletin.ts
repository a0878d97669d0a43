/** Tells every worker of this server what one of them has written, through the log that they share. */
import { Problem } from "../http/problem.ts";
import type { Bulletin } from "../writes/bulletin.ts";
import type { NewerLog } from "./newer_log.ts";

/** `filling` is called whenever half of the log is taken, for the coordinator to make room. */
export function createBulletin(log: NewerLog, filling: () => void = () => {}): Bulletin {
  return {
    append(notices) {
      const isTold = log.append(notices);
      if (log.isHalfFull) filling();
      if (isTold) return;
      throw new Problem(
        "database-down",
        "What was sent is kept, but not all of this server knows of it yet: it has had more news than it could read.",
        { next: "Send the same again with the same Idempotency-Key." },
      );
    },
  };
}
