import assert from "@std/assert";
import fc from "fast-check";
import type { Measure } from "../../../models/gate/bootstrap.ts";
import type { Cohort, Scores } from "../../../models/gate/cohort.ts";
import { type Case, rule } from "../../../models/gate/gate.ts";
import { createRng, permutation } from "../../../models/rng.ts";
import { asked, caseOf, contender, draw } from "./_people.ts";

const { signal } = new AbortController();
const ruled = (trial: Case) => rule(trial, signal);
const judged = async (trial: Case) => (await ruled(trial)).judgements[0];

/** 40 people with one rating each, of whom every model makes the same: its intervals are points. */
function even(figures: Record<string, { rmse?: number; ndcg?: number }>, n = 40): Cohort {
  const each = (value: number | undefined) =>
    value === undefined ? null : Array.from({ length: n }, () => value);
  const scores = Object.entries(figures).map(([version, { rmse, ndcg }]): [string, Scores] => {
    return [version, { squaredErrors: each(rmse && rmse ** 2), ndcgs: each(ndcg) }];
  });
  return { nRatings: each(1)!, isCold: each(0)!, scores: Object.fromEntries(scores) };
}

const live = { rmse: 0.9, ndcg: 0.1 };
const options = asked({ min_users: 20, margin_rmse: 0.002, margin_ndcg: 0.005 });
const plain = (figures: { rmse?: number; ndcg?: number }, parts: Partial<Case> = {}) =>
  caseOf(even({ live, new: figures }), ["new"], { options, ...parts });

Deno.test("rule() promotes what surely is within the margins, and rejects what surely is worse", async () => {
  const verdict = async (rmse: number, ndcg: number) => (await judged(plain({ rmse, ndcg }))).verdict;
  assert.equal(await verdict(0.9019, 0.0951), "promoted");
  assert.equal(await verdict(0.9021, 0.2), "rejected");
  assert.equal(await verdict(0.5, 0.0949), "rejected");
  assert.equal(await verdict(0.9, 0.1), "promoted", "as good is not worse");
  assert.equal(
    (await judged(plain({ rmse: 0.95, ndcg: 0.1 }))).reason,
    "RMSE 0.9500 against 0.9000 of live (champion, standard), harm +0.0500 [+0.0500, +0.0500], margin 0.002: worse",
  );
});

Deno.test("rule() is inconclusive where neither is sure", async () => {
  const cohort = draw(createRng(4), 250, { live: { rmse: 0.9, ndcg: 0.1 }, new: { rmse: 0.9, ndcg: 0.1 } });
  const tight = asked({ margin_rmse: 0, margin_ndcg: 0 });
  const { verdict, isPromoted, comparisons } = await judged(caseOf(cohort, ["new"], { options: tight }));
  assert.deepEqual([verdict, isPromoted], ["inconclusive", false]);
  assert.ok(comparisons.some(({ finding, low, high }) => finding === "open" && low < 0 && high > 0));
  const loose = asked({ margin_rmse: 9, margin_ndcg: 1, slice_margin_rmse: 9, slice_margin_ndcg: 1 });
  assert.equal((await judged(caseOf(cohort, ["new"], { options: loose }))).verdict, "promoted");
});

Deno.test("rule() takes what is inconclusive live where that is asked for, if it measured within the margins", async () => {
  const crowd = asked({ ...options, min_users: 41 });
  const keep = await judged(plain(live, { options: crowd }));
  assert.deepEqual([keep.verdict, keep.isPromoted], ["inconclusive", false]);
  assert.equal(keep.reason, "40 people in the hold-out, 41 are needed");
  const promote = { options: asked({ ...crowd, on_inconclusive: "promote" }) };
  assert.equal((await judged(plain(live, promote))).isPromoted, true);
  assert.equal((await judged(plain({ rmse: 0.91, ndcg: 0.1 }, promote))).isPromoted, false);
  // A training from scratch is asked for by the manifest: with too few people for a proof, it may go live as well.
  const retrain = (figures: typeof live, parts: Partial<Case> = {}) =>
    plain(figures, { candidates: [contender("new", { isRetrain: true })], options: crowd, ...parts });
  const found = await judged(retrain(live));
  assert.deepEqual([found.verdict, found.isPromoted], ["inconclusive", true]);
  assert.equal((await judged(retrain({ rmse: 0.9021, ndcg: 0.3 }))).isPromoted, false);
  assert.equal(
    (await judged(retrain(live, { options: asked({ ...crowd, on_few_users: "keep" }) }))).isPromoted,
    false,
  );
});

Deno.test("rule() takes the first version live, whoever is there to measure it", async () => {
  const first = { champion: null, rivals: [], standards: {} };
  for (const figures of [{ rmse: 2.5, ndcg: 0 }, { ndcg: 0 }, { rmse: 2 }]) {
    const { judgements: [{ verdict, reason }], standards } = await ruled(plain(figures, first));
    assert.deepEqual([verdict, reason], ["promoted", "the first version"]);
    assert.deepEqual(Object.keys(standards), Object.keys(figures));
  }
  assert.equal((await judged(plain({ rmse: NaN, ndcg: 0.5 }, first))).verdict, "rejected");
});

Deno.test("rule() of several first versions takes one that both rates and ranks", async () => {
  const cohort = even({ rates: { rmse: 0.8 }, ranks: { ndcg: 0.9 }, both: { rmse: 1, ndcg: 0.1 } });
  const first = { champion: null, rivals: [], standards: {} };
  const { judgements } = await ruled(caseOf(cohort, ["rates", "ranks", "both"], { ...first, options }));
  assert.deepEqual(judgements.map(({ verdict }) => verdict), ["rejected", "rejected", "promoted"]);
});

Deno.test("rule() never lets a figure pass that is no number", async () => {
  for (const rmse of [NaN, Infinity]) {
    assert.equal((await judged(plain({ rmse, ndcg: 0.5 }))).verdict, "rejected");
    const promote = { options: asked({ ...options, on_inconclusive: "promote" }) };
    assert.equal((await judged(plain({ rmse, ndcg: 0.5 }, promote))).isPromoted, false);
    const broken = caseOf(even({ live: { rmse, ndcg: 0.1 }, new: live }), ["new"], promote);
    assert.equal((await judged(broken)).isPromoted, false, "a rival that is no number proves nothing");
  }
});

Deno.test("rule() goes by the lists of what only ranks, which never replaces what rates", async () => {
  const champion = contender("live");
  const ranker = (ndcg: number, rival: { rmse?: number; ndcg?: number }) =>
    judged(caseOf(even({ live: rival, new: { ndcg } }), ["new"], { options, champion }));
  assert.equal((await ranker(0.0951, { ndcg: 0.1 })).verdict, "promoted");
  assert.equal((await ranker(0.0949, { ndcg: 0.1 })).verdict, "rejected");
  assert.equal((await ranker(0.9, live)).reason, "it predicts no ratings, as live does");
  const rater = caseOf(even({ live, new: { rmse: 0.5 } }), ["new"], { options });
  assert.equal((await judged(rater)).reason, "it makes no lists, as live does");
});

Deno.test("rule() holds a candidate to the month's best and to the standard as well", async () => {
  const cohort = even({
    live,
    best: { rmse: 0.88, ndcg: 0.1 },
    old: { rmse: 0.9, ndcg: 0.2 },
    new: { rmse: 0.89, ndcg: 0.15 },
  });
  const rivals = caseOf(cohort, []).rivals;
  const against = (version: string, measure: Measure) =>
    judged(
      caseOf(cohort, ["new"], {
        options,
        rivals: [...rivals, { version, measure, roles: ["month's best"] }],
      }),
    );
  assert.equal((await judged(caseOf(cohort, ["new"], { options }))).verdict, "promoted");
  assert.match(
    (await against("best", "rmse")).reason,
    /^RMSE 0\.8900 against 0\.8800 of best \(month's best\)/,
  );
  assert.match((await against("old", "ndcg")).reason, /^nDCG@10 0\.1500 against 0\.2000 of old/);
  assert.equal((await against("old", "rmse")).verdict, "promoted", "each measure has its own rivals");
});

Deno.test("rule() moves a standard only to what beats it in every draw, and each measure's alone", async () => {
  const { standards } = await ruled(plain({ rmse: 0.8, ndcg: 0.0951 }));
  assert.deepEqual(standards, { rmse: "new", ndcg: "live" });
  assert.deepEqual((await ruled(plain({ rmse: 0.901, ndcg: 0.0951 }))).standards, {
    rmse: "live",
    ndcg: "live",
  });
  const crowd = asked({ ...options, min_users: 41, on_inconclusive: "promote" });
  assert.deepEqual((await ruled(plain({ rmse: 0.8, ndcg: 0.2 }, { options: crowd }))).standards, {
    rmse: "live",
    ndcg: "live",
  }, "without people enough nothing is shown");
});

Deno.test("rule() asks for the minimum effect in one of the measures that have one", async () => {
  const verdict = async (figures: typeof live, parts: object) =>
    (await judged(plain(figures, { options: asked({ ...options, ...parts }) }))).verdict;
  assert.equal(await verdict({ rmse: 0.895, ndcg: 0.1 }, { min_effect_rmse: 0.01 }), "rejected");
  assert.equal(await verdict({ rmse: 0.889, ndcg: 0.1 }, { min_effect_rmse: 0.01 }), "promoted");
  assert.equal(await verdict({ rmse: 0.889, ndcg: 0.1 }, { min_effect_ndcg: 0.01 }), "rejected");
  assert.equal(
    await verdict({ rmse: 0.889, ndcg: 0.1 }, { min_effect_rmse: 0.01, min_effect_ndcg: 0.01 }),
    "promoted",
  );
});

Deno.test("rule() minds the guardrails: coverage, time, warm and cold people", async () => {
  const guarded = (parts: object) => judged(plain(live, { candidates: [contender("new", parts)] }));
  assert.match(
    (await guarded({ coverage: 0.049 })).reason,
    /^coverage 0\.0490 against 0\.1000 of live, at least 0\.0500/,
  );
  assert.equal((await guarded({ coverage: 0.051 })).verdict, "promoted");
  assert.match((await guarded({ listMs: 251 })).reason, /^it takes 251 ms to score all movies/);
  const cohort = even({ live, new: live }, 60);
  const cold = Array.from({ length: 60 }, (_, u) => u < 20 ? 1 : 0);
  const worse = { squaredErrors: cold.map((is) => is ? 0.9 : 0.6), ndcgs: cohort.scores.new.ndcgs };
  const split = { ...cohort, isCold: cold, scores: { ...cohort.scores, new: worse } };
  assert.match(
    (await judged(caseOf(split, ["new"], { options }))).reason,
    /^among cold people: RMSE 0\.9487 against 0\.9000/,
  );
  const few = { options: asked({ ...options, min_users: 21 }) };
  assert.equal(
    (await judged(caseOf(split, ["new"], few))).verdict,
    "promoted",
    "too few cold people to tell",
  );
});

Deno.test("rule() takes the best of several that pass, each shown more surely than one alone", async () => {
  const cohort = even({
    live,
    a: { rmse: 0.8, ndcg: 0.11 },
    b: { rmse: 0.85, ndcg: 0.12 },
    c: { rmse: 0.99, ndcg: 0.9 },
  });
  const winner = async (prefer: "rmse" | "ndcg") => {
    const { judgements } = await ruled(
      caseOf(cohort, ["a", "b", "c"], { options: asked({ ...options, prefer }) }),
    );
    return judgements.map(({ verdict, isPromoted }) => isPromoted ? "live" : verdict);
  };
  assert.deepEqual(await winner("ndcg"), ["rejected", "live", "rejected"]);
  assert.deepEqual(await winner("rmse"), ["live", "rejected", "rejected"]);
  const rough = draw(createRng(5), 400, { live, a: live, b: live });
  const width = async (candidates: string[]) => {
    const { comparisons: [{ low, high }] } = await judged(caseOf(rough, candidates));
    return high - low;
  };
  // z of 97.5 % over z of 95 %.
  const ratio = await width(["a", "b"]) / await width(["a"]);
  assert.ok(Math.abs(ratio - 1.96 / 1.645) < 0.06, `${ratio}`);
});

const truth = fc.record({
  rmse: fc.double({ min: 0.7, max: 1.1, noNaN: true }),
  ndcg: fc.double({ min: 0.05, max: 0.2, noNaN: true }),
});
const trials = fc.record({
  seed: fc.nat(),
  truths: fc.record({ live: truth, new: truth }),
  n: fc.integer({ min: 20, max: 60 }),
})
  .map(({ seed, truths, n }) => draw(createRng(seed), n, truths));
const swapped = ({ scores, ...people }: Cohort): Cohort => ({
  ...people,
  scores: { live: scores.new, new: scores.live },
});
const bare = (parts: object) =>
  asked({ min_users: 1, resamples: 1_000, slice_margin_rmse: 9, slice_margin_ndcg: 1, ...parts });

Deno.test("rule() never promotes both of two models over each other without a margin", async () => {
  const found = { promoted: 0, rejected: 0 };
  const property = fc.asyncProperty(trials, async (cohort) => {
    const none = bare({ margin_rmse: 0, margin_ndcg: 0 });
    const [one, other] = [
      await judged(caseOf(cohort, ["new"], { options: none })),
      await judged(caseOf(swapped(cohort), ["new"], { options: none })),
    ];
    if (one.verdict === "promoted") {
      found.promoted++;
      assert.equal(other.verdict, "rejected");
    }
    if (one.verdict === "rejected") found.rejected++;
  });
  await fc.assert(property, { numRuns: 60, seed: 1 });
  assert.ok(found.promoted > 4 && found.rejected > 15, JSON.stringify(found));
});

Deno.test("rule() promotes with a wider margin what it promotes with a narrower one", async () => {
  const tried = { narrow: 0, wide: 0 };
  const margin = fc.double({ min: 0, max: 0.5, noNaN: true });
  const property = fc.asyncProperty(trials, fc.tuple(margin, margin), async (cohort, [a, b]) => {
    const verdict = async (margin: number) =>
      (await judged(
        caseOf(cohort, ["new"], { options: bare({ margin_rmse: margin, margin_ndcg: margin / 5 }) }),
      )).verdict;
    const [narrow, wide] = [await verdict(Math.min(a, b)), await verdict(Math.max(a, b))];
    if (narrow === "promoted") {
      tried.narrow++;
      assert.equal(wide, "promoted");
    }
    if (wide === "promoted") tried.wide++;
  });
  await fc.assert(property, { numRuns: 60, seed: 2 });
  assert.ok(tried.narrow > 3 && tried.wide > tried.narrow, JSON.stringify(tried));
});

Deno.test("rule() rules the same whatever the order of people and of rivals", async () => {
  const property = fc.asyncProperty(trials, fc.nat(), async (cohort, seed) => {
    const order = permutation(cohort.nRatings.length, createRng(seed));
    const of = (values: ArrayLike<number>) => Array.from(order, (u) => values[u]);
    const scores = Object.entries(cohort.scores).map((
      [version, { squaredErrors, ndcgs }],
    ) => [version, { squaredErrors: of(squaredErrors!), ndcgs: of(ndcgs!) }]);
    const shuffled = {
      nRatings: of(cohort.nRatings),
      isCold: of(cohort.isCold),
      scores: Object.fromEntries(scores),
    };
    const trial = caseOf(cohort, ["new"], { options: bare({}) });
    const other = caseOf(shuffled, ["new"], { options: bare({}) });
    assert.deepEqual(await ruled(other), await ruled(trial));
    const turned = await judged({ ...trial, rivals: trial.rivals.toReversed() });
    assert.equal(turned.verdict, (await judged(trial)).verdict);
  });
  await fc.assert(property, { numRuns: 30, seed: 3 });
});

Deno.test("rule() stops when it is told to", async () => {
  const reason = new Error("stopped by a person");
  await assert.rejects(rule(plain(live), AbortSignal.abort(reason)), reason);
});
