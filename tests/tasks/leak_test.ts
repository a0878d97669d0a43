import assert from "@std/assert";
import { createBias } from "../../models/bias.ts";
import { observe } from "../../models/ratings.ts";
import { refuseLeaks } from "../../tasks/_leak_test.ts";
import { emptyMoment, ratingsOf, seededRows, slice } from "../support/ratings.ts";

const { signal } = new AbortController();
const { catalogue, rows } = seededRows(2000);
const whole = ratingsOf(rows);
const [before, window] = [slice(whole, 0, 1200), slice(whole, 1200, 2000)];
for (let row = 0; row < window.length; row += 9) window.isHeldOut[row] = 1;

function momentAfter(n: number) {
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < n; row++) observe(moment, whole, row);
  return moment;
}

const test = (n: number, scorers = { bias: createBias() }) =>
  refuseLeaks({ moment: momentAfter(n), window, scorers, seed: 3, signal });

Deno.test("refuseLeaks() lets a sound evaluation go on, with its moment as it was", async () => {
  const moment = momentAfter(before.length);
  await refuseLeaks({ moment, window, scorers: { bias: createBias() }, seed: 3, signal });
  assert.deepEqual(moment.state.userSums, momentAfter(before.length).state.userSums);
  assert.deepEqual(moment.histories.of(5), momentAfter(before.length).histories.of(5));
});

Deno.test("refuseLeaks() refuses a moment that is ahead of the window: sums that were not rewound", async () => {
  await assert.rejects(test(whole.length), /reads past its moment: row \d+ replaces .*the champion stays/);
  const moment = { ...momentAfter(before.length), state: momentAfter(whole.length).state };
  const ahead = refuseLeaks({ moment, window, scorers: { bias: createBias() }, seed: 3, signal });
  await assert.rejects(
    ahead,
    /reads past its moment: user \d+ has \d+ ratings in the history and \d+ in the sums/,
  );
});

Deno.test("refuseLeaks() refuses answers that do not follow from their moment", async () => {
  const bias = createBias();
  let shown = 0;
  const counting = { ...bias, predict: () => shown++ };
  await assert.rejects(
    test(before.length, { bias: counting }),
    /answers to the hold-out, row \d+, number 0/,
  );
});
