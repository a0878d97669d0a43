/** The gate's promises over thousands of made-up days: how often it errs, how often it sees, and where a year ends. */
import assert from "@std/assert";
import { atMost, LIVE, live, shares } from "../models/gate/_simulation.ts";

/** Half the default's draws: an end then lies on the 50th draw from its side. */
const few = { resamples: 1_000 };
const RMSE_WORSE = { rmse: LIVE.rmse + 0.005, ndcg: 0.3 };
const NDCG_WORSE = { rmse: 0.5, ndcg: LIVE.ndcg - 0.005 };

for (const people of [200, 600]) {
  Deno.test(`gate: false promotions are at most 1 − confidence, with ${people} people`, async () => {
    const days = 500;
    const none = { ...few, margin_rmse: 0, margin_ndcg: 0 };
    const found = {
      same: await shares({ days, people, candidates: [LIVE], options: none }),
      rmse: await shares({ days, people, candidates: [RMSE_WORSE], options: few }),
      ndcg: await shares({ days, people, candidates: [NDCG_WORSE], options: few }),
      three: await shares({
        days: 250,
        people,
        candidates: [RMSE_WORSE, RMSE_WORSE, RMSE_WORSE],
        options: few,
      }),
    };
    for (const { promoted } of Object.values(found)) {
      assert.ok(promoted <= atMost(0.05, days), JSON.stringify(found));
    }
  });
}

Deno.test("gate: a worsened model is never promoted", async () => {
  const worsened = { rmse: LIVE.rmse * 1.05, ndcg: LIVE.ndcg * 0.7 };
  const { promoted } = await shares({ days: 500, people: 400, candidates: [worsened], options: few });
  assert.equal(promoted, 0);
});

Deno.test("gate: a better model passes, the more surely the more people there are", async () => {
  const better = { rmse: LIVE.rmse - 0.02, ndcg: LIVE.ndcg + 0.02 };
  const power: number[] = [];
  for (const people of [200, 500, 1_000, 2_000]) {
    power.push((await shares({ days: 150, people, candidates: [better], options: few })).promoted);
  }
  assert.ok(power.every((share, i) => i === 0 || share >= power[i - 1] - 0.05), `${power}`);
  assert.ok(power[3] > 0.95, `${power}`);
});

Deno.test("gate: a year of candidates, each a little worse than the champion, does not walk it down", async () => {
  const margins = { ...few, margin_rmse: 0.01, margin_ndcg: 0.02 };
  const candidate = (champion: typeof LIVE) => ({ rmse: champion.rmse + 0.002, ndcg: champion.ndcg - 0.002 });
  const ends: { rmse: number; ndcg: number; isHeld: boolean }[] = [];
  for (let seed = 1; seed <= 4; seed++) {
    const { history, standards } = await live({ days: 365, people: 400, candidate, options: margins, seed });
    const rmse = Math.max(...history.map((truth) => truth.rmse)) - LIVE.rmse;
    const ndcg = LIVE.ndcg - Math.min(...history.map((truth) => truth.ndcg));
    ends.push({ rmse, ndcg, isHeld: standards.rmse === "v0" && standards.ndcg === "v0" });
  }
  // Steps are of .002. One beyond the margin passes with a few per cent a day, so a year sees some; each further one
  // more seldom. Measured over four years: .006 to .014.
  assert.ok(ends.every(({ rmse, ndcg }) => rmse <= 0.0141 && ndcg <= 0.0221), JSON.stringify(ends));
  const { history } = await live({
    ...{ days: 365, people: 400, candidate, options: margins, seed: 1 },
    hasStandard: false,
  });
  assert.ok(
    history.at(-1)!.rmse > LIVE.rmse + 0.02,
    "without standards it does: this test sees the difference",
  );
});
