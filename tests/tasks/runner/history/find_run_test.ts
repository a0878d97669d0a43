import assert from "@std/assert";
import { UsageError } from "../../../../tasks/runner/errors.ts";
import { findRun } from "../../../../tasks/runner/history/find_run.ts";
import { openRun } from "../../../../tasks/runner/run/journal.ts";
import { testPool } from "../../../support/database.ts";

Deno.test("findRun() knows a run by number, day, day and kind, and as the latest", async () => {
  await using pool = await testPool();
  const manifest = { text: "", hash: "" };
  const bootstrap = await openRun(pool, { day: "2026-03-01", kind: "bootstrap", seed: 1, manifest });
  const daily = await openRun(pool, { day: "2026-03-01", kind: "daily", seed: 1, manifest });
  const next = await openRun(pool, { day: "2026-03-02", kind: "daily", seed: 1, manifest });
  const named = async (name: string) => (await findRun(pool, name)).run_id;
  assert.equal(await named(String(bootstrap.run_id)), bootstrap.run_id);
  assert.equal(await named("2026-03-01"), daily.run_id);
  assert.equal(await named("2026-03-01/bootstrap"), bootstrap.run_id);
  assert.equal(await named("latest"), next.run_id);
});

Deno.test("findRun() says what a run is called when it is called something else, or is not there", async () => {
  await using pool = await testPool();
  for (const name of ["", "1e3", "-1", "2026-3-1", "2026-02-30", "../1", "newest", "99999999999"]) {
    await assert.rejects(findRun(pool, name), (error: unknown) => {
      return error instanceof UsageError && /wanted its number, its day/.test(error.message);
    }, name);
  }
  for (const name of ["1", "2026-03-01", "2026-03-01/daily", "latest"]) {
    await assert.rejects(findRun(pool, name), /no such run. Next: deno task status/, name);
  }
});
