import assert from "@std/assert";
import fc from "fast-check";
import { judge } from "../../tasks/_gate.ts";

const params = { margin_rmse: 0.002, margin_ndcg: 0.005, min_users: 20 };
const champion = { version: "c", figures: { rmse: 0.9, "ndcg@10": 0.1 } };

/** The verdict on `candidate` against one champion. */
function verdict(rmse: number, ndcg: number, { users = 20, rivals = [champion] } = {}) {
  return judge({ candidate: { rmse, "ndcg@10": ndcg }, rivals, users, params }).verdict;
}

Deno.test("judge() promotes within the margins, and rejects beyond either", () => {
  assert.equal(verdict(0.9019, 0.0951), "promoted");
  assert.equal(verdict(0.9021, 0.2), "rejected");
  assert.equal(verdict(0.5, 0.0949), "rejected");
  assert.equal(verdict(0.9, 0.1), "promoted", "as good is not worse");
});

Deno.test("judge() says what the verdict rests on", () => {
  const reason = (rmse: number, ndcg: number) =>
    judge({ candidate: { rmse, "ndcg@10": ndcg }, rivals: [champion], users: 20, params }).reason;
  assert.equal(reason(0.95, 0.1), "RMSE 0.9500 against 0.9000 of c");
  assert.equal(reason(0.9, 0.05), "nDCG@10 0.0500 against 0.1000 of c");
  assert.equal(reason(0.85, 0.1), "RMSE 0.8500 against 0.9000 of c, margin 0.002");
});

Deno.test("judge() is inconclusive with too few people, but for the first version", () => {
  assert.equal(verdict(0.5, 0.9, { users: 19 }), "inconclusive");
  assert.equal(verdict(2.5, 0, { users: 19 }), "inconclusive");
  assert.equal(verdict(2.5, 0, { users: 0, rivals: [] }), "promoted");
});

Deno.test("judge() holds the candidate to the month's best as well, so that margins do not add up", () => {
  const best = { version: "b", figures: { rmse: 0.88, "ndcg@10": 0.1 } };
  assert.equal(verdict(0.899, 0.1, { rivals: [champion, best] }), "rejected");
  assert.equal(verdict(0.881, 0.1, { rivals: [champion, best] }), "promoted");
});

Deno.test("judge() never lets a figure pass that is no number", () => {
  for (const rmse of [NaN, Infinity, -Infinity]) {
    assert.equal(verdict(rmse, 0.1), "rejected");
    assert.equal(verdict(rmse, 0.1, { rivals: [] }), "rejected");
  }
  assert.equal(verdict(0.5, NaN), "rejected");
  const without = judge({ candidate: { rmse: 0.5 }, rivals: [champion], users: 20, params });
  assert.equal(without.verdict, "rejected");
  assert.equal(judge({ candidate: {}, rivals: [], users: 20, params }).verdict, "rejected");
});

/** Thousandths up to `max`, now and then no number. */
const figure = (max: number) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 1_000 * max }).map((n) => n / 1_000) },
    { weight: 1, arbitrary: fc.constant(NaN) },
  );
const figures = fc.record({
  rmse: figure(4),
  "ndcg@10": figure(1),
});

Deno.test("judge() never promotes what is worse than any rival by more than the margins", () => {
  const scenario = fc.record({
    candidate: figures,
    rivals: fc.array(figures.map((figures) => ({ version: "r", figures })), { minLength: 1, maxLength: 2 }),
    users: fc.integer({ min: 0, max: 40 }),
    params: fc.record({
      margin_rmse: fc.double({ min: 0, max: 1, noNaN: true }),
      margin_ndcg: fc.double({ min: 0, max: 1, noNaN: true }),
      min_users: fc.integer({ min: 1, max: 40 }),
    }),
  });
  let promoted = 0;
  fc.assert(
    fc.property(scenario, ({ candidate, rivals, users, params }) => {
      if (judge({ candidate, rivals, users, params }).verdict !== "promoted") return;
      promoted++;
      assert.ok(users >= params.min_users);
      for (const { figures } of rivals) {
        assert.ok(candidate.rmse - figures.rmse <= params.margin_rmse + 1e-12);
        assert.ok(figures["ndcg@10"] - candidate["ndcg@10"] <= params.margin_ndcg + 1e-12);
      }
    }),
    { numRuns: 3_000, seed: 5 },
  );
  assert.ok(promoted > 100, `${promoted} promoted`);
});

Deno.test("judge() goes by the lists of a candidate that only ranks, and keeps a champion that rates", () => {
  const ranker = { version: "r", figures: { "ndcg@10": 0.1 } };
  const judged = (
    ndcg: number | undefined,
    rivals: { version: string; figures: Record<string, number> }[],
  ) => {
    const candidate: Record<string, number> = ndcg === undefined ? {} : { "ndcg@10": ndcg };
    return judge({ candidate, rivals, users: 20, ranksOnly: true, params });
  };
  assert.equal(judged(undefined, []).verdict, "promoted");
  assert.deepEqual(judged(0.0951, [ranker]), {
    verdict: "promoted",
    reason: "nDCG@10 0.0951 against 0.1000 of r, margin 0.005",
  });
  assert.equal(judged(0.0949, [ranker]).verdict, "rejected");
  assert.equal(judged(undefined, [ranker]).verdict, "rejected");
  assert.deepEqual(judged(0.9, [champion]), {
    verdict: "rejected",
    reason: "it predicts no ratings, as c does",
  });
});
