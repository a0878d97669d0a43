/** When a body says that something was. */
import { EARLIEST_MS } from "../../models/soundness.ts";
import { Problem } from "../http/problem.ts";

/**
 * Refuses ISO times before there were ratings, or to come; undefined means now.
 *
 * @throws {Problem} that names the first one by its `field`.
 */
export function refuseImpossibleTimes(
  times: readonly (string | undefined)[],
  { field: nameOf, now }: { field: (place: number) => string; now: Date },
): void {
  const place = times.findIndex((time) => {
    const at = time === undefined ? now.getTime() : Date.parse(time);
    return !(at >= EARLIEST_MS && at <= now.getTime());
  });
  if (place < 0) return;
  const field = nameOf(place);
  const wanted = `a time from ${new Date(EARLIEST_MS).toISOString()} to now`;
  const found = JSON.stringify(times[place]);
  throw new Problem("bad-parameter", `Cannot read ${field} as it should be ${wanted}: found ${found}`, {
    errors: [{ field, wanted, found }],
  });
}
