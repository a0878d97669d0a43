import assert from "@std/assert";
import { firstDifference } from "../../models/feature_state.ts";
import { type Moment, observe, rewind } from "../../models/ratings.ts";
import { emptyMoment, ratingsOf, seededRows } from "../support/ratings.ts";

const { catalogue, rows } = seededRows(600);

function historiesOf({ histories }: Moment): unknown {
  return Array.from({ length: 40 }, (_, user) => {
    const { movies, stars } = histories.of(user);
    return Array.from(movies, (movie, i) => [movie, stars[i]]).sort(([a], [b]) => a - b);
  });
}

Deno.test("rewind() takes sums and histories back to before the window, exactly", () => {
  const ratings = ratingsOf(rows);
  const [before, after] = [emptyMoment(catalogue), emptyMoment(catalogue)];
  const cut = 350;
  for (let row = 0; row < ratings.length; row++) {
    if (row < cut) observe(before, ratings, row);
    observe(after, ratings, row);
  }
  assert.ok(ratings.replaces.subarray(cut).some((old) => !Number.isNaN(old)), "no re-rating in the window");
  rewind(after, ratingsAfter(cut));
  assert.equal(firstDifference(after.state, before.state), null);
  assert.deepEqual(historiesOf(after), historiesOf(before));
});

/** The rows from `cut` on, with what they replace among all rows. */
function ratingsAfter(cut: number) {
  const all = ratingsOf(rows);
  const window = ratingsOf(rows.slice(cut));
  window.replaces.set(all.replaces.subarray(cut));
  return window;
}

Deno.test("observe() and rewind() pass over stale rows", () => {
  const ratings = ratingsOf([[0, 0, 4], [0, 0, 2], [1, 1, 5]]);
  ratings.isStale[1] = 1;
  ratings.replaces[1] = NaN;
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < 3; row++) observe(moment, ratings, row);
  assert.deepEqual([moment.state.nRatings, moment.state.ratingSum], [2, 9]);
  assert.deepEqual([...moment.histories.of(0).stars], [4]);
  rewind(moment, ratings);
  const { length } = moment.histories.of(0).movies;
  assert.deepEqual([moment.state.nRatings, moment.state.ratingSum, length], [0, 0, 0]);
});
