/** The gate over many made-up days, in small; `deno task test:slow` takes ten times as many, and whole years. */
import assert from "@std/assert";
import { atMost, LIVE, live, shares } from "./_simulation.ts";

const options = { resamples: 1_000 };

Deno.test("gate: of models as good as the champion, hardly any passes without a margin", async () => {
  const days = 60;
  const none = { ...options, margin_rmse: 0, margin_ndcg: 0 };
  const { promoted } = await shares({ days, people: 300, candidates: [LIVE], options: none });
  assert.ok(promoted <= atMost(0.05, days), `${promoted}`);
});

Deno.test("gate: a model that is worse by the margin in one measure passes one time in twenty", async () => {
  const days = 60;
  const worse = [{ rmse: LIVE.rmse + 0.005, ndcg: 0.3 }, { rmse: 0.5, ndcg: LIVE.ndcg - 0.005 }];
  for (const candidate of worse) {
    const { promoted } = await shares({ days, people: 300, candidates: [candidate], options });
    assert.ok(promoted <= atMost(0.05, days), `${JSON.stringify(candidate)}: ${promoted}`);
  }
});

Deno.test("gate: a worsened model is never promoted, one of three neither", async () => {
  const worsened = { rmse: LIVE.rmse * 1.1, ndcg: LIVE.ndcg * 0.5 };
  const one = await shares({ days: 40, people: 300, candidates: [worsened], options });
  assert.deepEqual(one, { promoted: 0, rejected: 1 });
  const three = await shares({ days: 20, people: 300, candidates: [worsened, worsened, worsened], options });
  assert.equal(three.promoted, 0);
});

Deno.test("gate: a truly better model mostly passes", async () => {
  const better = { rmse: LIVE.rmse - 0.02, ndcg: LIVE.ndcg + 0.02 };
  const { promoted } = await shares({ days: 20, people: 800, candidates: [better], options });
  assert.ok(promoted >= 0.7, `${promoted}`);
});

Deno.test("gate: a season of candidates, each a little worse than the champion, ends within one margin", async () => {
  const wide = { ...options, margin_rmse: 0.01, margin_ndcg: 0.02 };
  const worse = (champion: typeof LIVE) => ({ rmse: champion.rmse + 0.002, ndcg: champion.ndcg - 0.002 });
  const life = { days: 60, people: 300, options: wide, candidate: worse, seed: 3 };
  const { history, standards, promotions } = await live(life);
  assert.ok(promotions > 0, "some of them do pass");
  for (const { rmse, ndcg } of history) {
    assert.ok(rmse <= LIVE.rmse + 0.01 && ndcg >= LIVE.ndcg - 0.02, `${rmse}, ${ndcg}`);
  }
  assert.deepEqual(standards, { rmse: "v0", ndcg: "v0" });
});
