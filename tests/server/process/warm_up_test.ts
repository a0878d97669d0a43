import assert from "@std/assert";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { emptyBase } from "../../../server/live/newer_base.ts";
import { servingOf } from "../../../server/live/live.ts";
import { warmUp } from "../../../server/process/warm_up.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { opened } from "../live/_people.ts";

const LINE = { slope: 1, intercept: 0 };
const BESIDE = { model: "als", artifact: null, vectors: null, frozen: [], line: LINE, mean: null };

Deno.test("warmUp() makes a list with the champion and with each version beside it; one that fails keeps none of them back", async () => {
  const { models, ...rest } = await opened(snapshotParts({ seed: 1 }));
  const champion = models.champion!;
  const asked: string[] = [];
  const find = (version: string) => ({
    ...champion,
    top(...given: Parameters<typeof champion.top>) {
      asked.push(version);
      if (version === "broken") throw new TypeError("no list");
      return champion.top(...given);
    },
  });
  const serving = servingOf(
    { ...rest, models: { ...models, find } },
    createNewerRatings(emptyBase(0, 0), createNewerLog(1)),
  );
  const beside = ["broken", "later"].map((version) => ({ ...BESIDE, version }));
  await warmUp(serving, { beside });
  assert.deepEqual(asked, [champion.version, "broken", "later"]);
});
