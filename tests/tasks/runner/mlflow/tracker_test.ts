import assert from "@std/assert";
import { createTracker, type Tracker, trackerFrom } from "../../../../tasks/runner/mlflow/tracker.ts";
import { ask } from "../../import/_ask.ts";
import { type Desk, openDesk, within } from "../../registry/_desk.ts";
import { type FakeMlflow, fakeMlflow } from "./_fake_mlflow.ts";

/** What `tracker` sends of the desk's archive; returns what it warns of. */
async function track(desk: Desk, tracker: Tracker): Promise<string[]> {
  const warnings: string[] = [];
  const { pool: db, artifacts } = desk.lake;
  await tracker.track({ db, pipeline: "daily", artifacts, warn: (message) => warnings.push(message) });
  return warnings;
}

const tracker = ({ url }: FakeMlflow) => createTracker({ uri: url });
const named = ({ runs }: FakeMlflow, name: string) => runs.find((run) => run.name === name)!;

Deno.test("track() sends the run, its versions with parameters, figures and files, and the champion's alias", async () => {
  await using mlflow = fakeMlflow();
  await using desk = await openDesk();
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  await desk.publish();
  await desk.endRun();
  assert.deepEqual(await track(desk, tracker(mlflow)), []);

  const day = named(mlflow, "2026-03-01 bootstrap");
  assert.equal(day.info.status, "FINISHED");
  assert.equal(day.tags.get("matinee.subject"), "run/1");
  assert.ok([...day.metrics.keys()].some((key) => key.startsWith("holdout.popularity.all.ndcg_at_10 1 ")));
  assert.ok(mlflow.files.has(`1/${day.info.run_id}/artifacts/pipeline.yaml`));

  const version = named(mlflow, `two_tower ${second}`);
  assert.equal(version.tags.get("mlflow.parentRunId"), day.info.run_id);
  assert.equal(version.params.get("config.hidden"), "8");
  const keys = [...version.metrics.keys()].map((key) => key.split(" ")[0]);
  for (const key of ["holdout.all.rmse", "holdout.all.ndcg_at_10", "fit.examples"]) {
    assert.ok(keys.includes(key), key);
  }
  const files = [...mlflow.files.keys()].filter((path) => path.includes(version.info.run_id));
  assert.deepEqual(
    files.map((path) => path.split("/").at(-1)).sort(),
    ["artifact.bin", "card.md", "model.keras"],
  );
  assert.deepEqual(mlflow.versions.map(({ run_id }) => run_id), [
    named(mlflow, `two_tower ${first}`).info.run_id,
    version.info.run_id,
  ]);
  assert.deepEqual([...mlflow.aliases], [["champion", "2"]]);
});

Deno.test("track() a second time sends nothing, and after a change only what has changed", async () => {
  await using mlflow = fakeMlflow();
  await using desk = await openDesk();
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  await desk.endRun();
  await track(desk, tracker(mlflow));
  mlflow.requests.length = 0;
  await track(desk, tracker(mlflow));
  assert.deepEqual(mlflow.requests, ["GET experiments/get-by-name"]);

  const env = { MLFLOW_TRACKING_URI: "" };
  await within(env, () => desk.models("rollback", "--later"));
  await track(desk, tracker(mlflow));
  assert.equal(mlflow.aliases.get("champion"), "1");
  assert.equal(named(mlflow, `two_tower ${first}`).tags.get("matinee.status"), "champion");
  assert.equal(named(mlflow, `two_tower ${second}`).tags.get("matinee.status"), "retired");
  assert.deepEqual([mlflow.runs.length, mlflow.versions.length], [3, 2]);
});

Deno.test("track() of a run that was resumed goes on with the run that MLflow has", async () => {
  await using mlflow = fakeMlflow();
  await using desk = await openDesk();
  await desk.champion(1);
  const end = (status: string) =>
    desk.lake.pool.script(`update ops_db.runs set status = '${status}', finished_at = clock_timestamp()`);
  await end("failed");
  await track(desk, tracker(mlflow));
  assert.equal(named(mlflow, "2026-03-01 bootstrap").info.status, "FAILED");
  await end("succeeded");
  await track(desk, tracker(mlflow));
  assert.equal(named(mlflow, "2026-03-01 bootstrap").info.status, "FINISHED");
  // Killed after MLflow had opened the run, and before the ledger knew.
  await desk.lake.pool.script("delete from ops_db.mlflow_runs");
  await track(desk, tracker(mlflow));
  assert.deepEqual([mlflow.runs.length, mlflow.versions.length], [2, 1]);
  // Deleted over there by somebody: it is sent anew.
  for (const { info } of mlflow.runs) info.lifecycle_stage = "deleted";
  await end("succeeded");
  await track(desk, tracker(mlflow));
  assert.equal(mlflow.runs.filter(({ info }) => info.lifecycle_stage === "active").length, 2);
});

Deno.test("track() of a server that is down, slow or in trouble warns once, and a later run sends the rest", async () => {
  await using desk = await openDesk();
  await desk.champion(1);
  await desk.endRun();
  const gone = fakeMlflow();
  await gone[Symbol.asyncDispose]();
  const down = tracker(gone);
  const [said, ...more] = await track(desk, down);
  assert.match(
    said,
    new RegExp(`^MLflow at ${gone.url} has not got all of this: .*A later run sends what is missing$`, "s"),
  );
  assert.deepEqual(more, []);
  assert.deepEqual(await track(desk, down), [], "it is left alone for a while");

  const never = Promise.withResolvers<Response>();
  await using slow = fakeMlflow(() => never.promise);
  const limits = { request: 50, upload: 50 };
  assert.match(
    (await track(desk, createTracker({ uri: slow.url }, { limits })))[0],
    /it did not answer in time/,
  );
  assert.match(
    (await track(desk, createTracker({ uri: slow.url }, { budgetMs: 50 })))[0],
    /too much for one run/,
  );
  never.resolve(new Response());

  let isIll = true;
  await using mlflow = fakeMlflow((request) =>
    isIll && request === "POST model-versions/create" ? new Response("<html>", { status: 502 }) : undefined
  );
  assert.match((await track(desk, tracker(mlflow)))[0], /it answered 502/);
  assert.deepEqual([mlflow.versions.length, mlflow.aliases.size], [0, 0]);
  isIll = false;
  assert.deepEqual(await track(desk, tracker(mlflow)), []);
  assert.deepEqual([mlflow.runs.length, mlflow.versions.length], [2, 1]);
  assert.equal(mlflow.aliases.get("champion"), "1");
});

Deno.test("a run sends itself where MLFLOW_TRACKING_URI says so, and ends well where nobody is there", async () => {
  await using mlflow = fakeMlflow();
  await using desk = await openDesk();
  const [first, second] = [await desk.champion(1), await desk.champion(2)];
  await desk.publish();
  await desk.endRun();
  const env = { MLFLOW_TRACKING_URI: `${mlflow.url}/`, MLFLOW_TRACKING_TOKEN: "secret" };
  assert.equal((await within(env, () => desk.models("promote", first))).code, 0);
  assert.equal(mlflow.aliases.get("champion"), "1");
  assert.deepEqual([...mlflow.authorizations], ["Bearer secret"]);
  await desk.endRun();
  const nobody = { MLFLOW_TRACKING_URI: "http://127.0.0.1:9" };
  assert.equal((await within(nobody, () => desk.models("promote", second))).code, 0);
  const known = await ask(desk.lake.pool.url, "select server, count(*) from ops_db.mlflow_runs group by 1");
  assert.deepEqual(known, [[mlflow.url, "3"]]);
});

Deno.test("trackerFrom() takes a server's address, alone or with a name and password, and nothing else", async () => {
  const env = (values: Record<string, string>) => (name: string) => values[name];
  assert.equal(trackerFrom(env({})), null);
  assert.equal(trackerFrom(env({ MLFLOW_TRACKING_URI: "" })), null);
  await using desk = await openDesk();
  await desk.endRun();
  for (const uri of ["file:///tmp/mlruns", "databricks", "sqlite:///a.db"]) {
    const [warning] = await track(desk, trackerFrom(env({ MLFLOW_TRACKING_URI: uri }))!);
    assert.match(
      warning,
      /^Nothing goes to MLflow: MLFLOW_TRACKING_URI should be a server's http or https address/,
    );
  }
  await using mlflow = fakeMlflow();
  const address = mlflow.url.replace("//", "//ada:pass%20word@");
  assert.deepEqual(await track(desk, trackerFrom(env({ MLFLOW_TRACKING_URI: address }))!), []);
  assert.deepEqual([...mlflow.authorizations], [`Basic ${btoa("ada:pass word")}`]);
});
