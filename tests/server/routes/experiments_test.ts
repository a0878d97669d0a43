import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { wilson } from "../../../server/writes/click_through.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { testPool } from "../../support/database.ts";
import { servingOf } from "../_serving.ts";
import { NOW, writingApp } from "../_writing.ts";

const PARTS = snapshotParts();
const VERSION = "0123456789abcdef";
const variant = (name: string, share: number, version = VERSION) => {
  return { name, share, version, model: "als", artifact: "models/a.bin", sha256: "" };
};
const SERVING = await servingOf({
  ...PARTS,
  serving: { ...PARTS.serving, variants: [variant("blue", 0.5)] },
});

/** `people` of a variant, each shown two movies, of which the first `clicks` people clicked one. */
async function feedback(
  pool: Pool,
  of: { variant: string; version: string | null; people: number; clicks: number; from?: number },
) {
  const { variant, version, people, clicks, from = 0 } = of;
  const at = new Date(NOW.getTime() - 3_600_000).toISOString();
  const list = `'${version ?? "popularity"}.${variant}.' || n`;
  const facts = `${version === null ? "null" : `'${version}'`}, '${variant}', '${at}'::timestamptz`;
  await pool.script(`
    insert into ops_db.feedback (rec_id, user_id, event, movie_id, version, variant, occurred_at)
    select ${list}, n, 'impression', movie, ${facts}
    from generate_series(${from + 1}, ${from + people}) n, generate_series(1, 2) movie;
    insert into ops_db.feedback (rec_id, user_id, event, movie_id, version, variant, occurred_at)
    select ${list}, n, 'click', 1, ${facts} from generate_series(${from + 1}, ${from + clicks}) n`);
}

Deno.test("wilson() is the interval of Wilson's paper", () => {
  // Newcombe 1998, table I, method 3: 81 of 263 is 0.2553 to 0.3662.
  const { rate, low, high } = wilson(81, 263)!;
  assert.deepEqual([rate, low, high].map((value) => value.toFixed(4)), ["0.3080", "0.2553", "0.3662"]);
  assert.deepEqual([wilson(0, 10)!.low, wilson(10, 10)!.high.toFixed(9), wilson(0, 0)], [
    0,
    "1.000000000",
    null,
  ]);
});

Deno.test("GET /experiments has click-through by variant, and says when the groups are not as large as they should be", async () => {
  await using pool = await testPool();
  await feedback(pool, { variant: "blue", version: VERSION, people: 60, clicks: 30 });
  await feedback(pool, { variant: "champion", version: null, people: 50, clicks: 5, from: 1000 });
  const { app } = writingApp(pool, SERVING);
  const look = async () => await (await app.request("/experiments")).json();
  const { variants, sample_ratio } = await look();
  assert.deepEqual(
    variants.map((
      row: Record<string, unknown>,
    ) => [row.variant, row.share, row.version, row.impressions, row.clicks, row.n_people]),
    [["blue", 0.5, VERSION, 120, 30, 60], ["champion", 0.5, null, 100, 5, 50]],
  );
  assert.deepEqual(wilson(30, 120), {
    rate: variants[0].rate,
    low: variants[0].low,
    high: variants[0].high,
  });
  // (60 − 55)² / 55 · 2
  assert.ok(Math.abs(sample_ratio.chi_square - 50 / 55) < 1e-9 && !sample_ratio.is_mismatch);
  await feedback(pool, { variant: "blue", version: VERSION, people: 200, clicks: 0, from: 5000 });
  assert.equal((await look()).sample_ratio.is_mismatch, true);
});

Deno.test("GET /experiments says which groups get the champion's lists", async () => {
  await using pool = await testPool();
  const variants = [variant("blue", 0.5), variant("same", 0.1, PARTS.champion!.version)];
  const { app } = writingApp(pool, await servingOf({ ...PARTS, serving: { ...PARTS.serving, variants } }));
  const { variants: found } = await (await app.request("/experiments")).json();
  assert.deepEqual(
    found.map((row: Record<string, unknown>) => [row.variant, row.is_champion]),
    [["blue", false], ["same", true], ["champion", true]],
  );
});

Deno.test("GET /data/click_through has each version by variant; old feedback and none are left out", async () => {
  await using pool = await testPool();
  await feedback(pool, { variant: "blue", version: VERSION, people: 3, clicks: 1 });
  await feedback(pool, { variant: "blue", version: null, people: 2, clicks: 2, from: 10 });
  await pool.script("update ops_db.feedback set occurred_at = '2025-01-01' where user_id = 3");
  const { app } = writingApp(pool, SERVING);
  const { rows } = await (await app.request("/data/click_through")).json();
  assert.deepEqual(
    rows.map((
      row: Record<string, unknown>,
    ) => [row.version, row.variant, row.impressions, row.clicks, row.n_people]),
    [[VERSION, "blue", 4, 1, 2], ["popularity", "blue", 4, 2, 2]],
  );
});

Deno.test("GET /experiments without an experiment has no variants", async () => {
  await using pool = await testPool();
  const { app } = writingApp(pool, await servingOf(PARTS));
  const { variants, sample_ratio } = await (await app.request("/experiments")).json();
  assert.deepEqual([variants, sample_ratio], [[], { chi_square: 0, p: null, is_mismatch: false }]);
});
