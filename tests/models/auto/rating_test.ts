import assert from "@std/assert";
import { fitRating } from "../../../models/auto/rating.ts";
import { momentAfter } from "../../../models/evaluation/frozen.ts";
import { createRng } from "../../../models/rng.ts";
import { datasetOf, ratingsOf, type Row, seededRows } from "../../support/ratings.ts";

const { signal } = new AbortController();
const quiet = { signal, log() {}, progress() {} };

Deno.test("fitRating() hears the mood of the session a rating was given in, clips, and repeats itself", async () => {
  const { catalogue, rows } = seededRows(2500);
  const rng = createRng(9);
  const first = [...new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row])).values()];
  // Sessions of a user: every ten minutes a mood of −1 or +1 star; times are of the session.
  const moods = new Map<string, number>();
  const times: number[] = [];
  const moody = first.map(([user, movie, stars]): Row => {
    const session = rng.below(3);
    const key = `${user} ${session}`;
    if (!moods.has(key)) moods.set(key, rng.below(2) === 0 ? -1 : 1);
    times.push(1_000_000 + 100_000 * session + rng.below(20));
    return [user, movie, Math.min(5, Math.max(0.5, stars + moods.get(key)!))];
  });
  const ratings = ratingsOf(moody);
  ratings.ratedAt.set(times);
  const dataset = datasetOf(catalogue, ratings);
  const question = {
    protocol: "rating" as const,
    users: Int32Array.from({ length: 400 }, (_, i) => i % 40),
    ratedAt: Float64Array.from({ length: 400 }, (_, i) => 1_000_000 + 100_000 * (i % 3)),
  };
  const { scorer, report } = await fitRating(dataset, { ...quiet, question, seed: 2 });
  assert.match(String(report.warm), /^ridge/);
  const moment = await momentAfter(dataset, signal);
  let [up, down, nUp, nDown] = [0, 0, 0, 0];
  for (const [key, mood] of moods) {
    const [user, session] = key.split(" ").map(Number);
    const at = 1_000_010 + 100_000 * session;
    const stars = scorer.predict(moment, user, 7, at);
    assert.ok(stars >= 0.5 && stars <= 5);
    if (mood > 0) [up, nUp] = [up + stars, nUp + 1];
    else [down, nDown] = [down + stars, nDown + 1];
  }
  assert.ok(up / nUp > down / nDown + 0.5, `${up / nUp} against ${down / nDown}`);
  // Somebody new, without a time, is answered as well.
  assert.ok(Number.isFinite(scorer.predict(moment, 900, 3)));
  const again = await fitRating(dataset, { ...quiet, question, seed: 2 });
  assert.equal(again.scorer.predict(moment, 4, 5, 1_000_000), scorer.predict(moment, 4, 5, 1_000_000));
});
