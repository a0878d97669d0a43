/** Tracking with a real MLflow server. MATINEE_MLFLOW_PYTHON may name an interpreter that has MLflow. */
import assert from "@std/assert";
import { createTracker } from "../../tasks/runner/mlflow/tracker.ts";
import { pythonWith } from "../support/python.ts";
import { type Desk, openDesk } from "../tasks/registry/_desk.ts";

const python = await pythonWith({
  name: "mlflow",
  packages: ["mlflow==3.17.2"],
  variable: "MATINEE_MLFLOW_PYTHON",
});

interface Server extends AsyncDisposable {
  url: string;
  get(path: string, params: Record<string, string>): Promise<Record<string, never>>;
  post(path: string, body: unknown): Promise<Record<string, never>>;
}

/** A server on loopback, with its database and files in a folder that is gone afterwards. */
async function startServer(): Promise<Server> {
  const folder = await Deno.makeTempDir({ prefix: "matinee_mlflow_" });
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const child = new Deno.Command(python!, {
    args: [
      ...["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
      ...[
        "--backend-store-uri",
        `sqlite:///${folder}/mlflow.db`,
        "--artifacts-destination",
        `${folder}/files`,
      ],
    ],
    env: { MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" },
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  let isOver = false;
  const ended = child.status.then((status) => (isOver = true, status));
  while (
    !await fetch(`${url}/health`).then(async (answer) => (await answer.text(), answer.ok), () => false)
  ) {
    if (isOver) throw new Error(`MLflow ended with code ${(await ended).code}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const asked = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}/api/2.0/${path}`, init);
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${text}`);
    return JSON.parse(text);
  };
  return {
    url,
    get: (path, params) => asked(`${path}?${new URLSearchParams(params)}`),
    post: (path, body) =>
      asked(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function track({ lake }: Desk, { url }: Server): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  await createTracker({ uri: url }, { budgetMs: 120_000, limits: { request: 30_000, upload: 30_000 } })
    .track({ db: lake.pool, pipeline: "daily", artifacts: lake.artifacts, warn });
  return warnings;
}

Deno.test({
  name: "track() fills a real MLflow server, twice without doubling anything, and moves the champion's alias",
  ignore: python === null,
  async fn() {
    await using server = await startServer();
    await using desk = await openDesk();
    const [first, second] = [await desk.champion(1), await desk.champion(2)];
    await desk.publish();
    await desk.endRun();
    assert.deepEqual(await track(desk, server), []);

    const found = await server.get("mlflow/experiments/get-by-name", { experiment_name: "matinee-daily" });
    const { experiment_id } = found.experiment as { experiment_id: string };
    const allRuns = async () => {
      const { runs } = await server.post("mlflow/runs/search", { experiment_ids: [experiment_id] });
      return runs as {
        info: { run_name: string; run_id: string; status: string };
        data: Record<string, { key: string; value: string | number }[]>;
      }[];
    };
    const runs = await allRuns();
    const names = ["2026-03-01 bootstrap", `two_tower ${first}`, `two_tower ${second}`];
    assert.deepEqual(runs.map(({ info }) => info.run_name).sort(), names);
    assert.ok(runs.every(({ info }) => info.status === "FINISHED"));
    const champion = runs.find(({ info }) => info.run_name === `two_tower ${second}`)!;
    const valueOf = (kind: string, key: string) =>
      champion.data[kind].find((field) => field.key === key)?.value;
    assert.equal(valueOf("params", "config.hidden"), "8");
    assert.ok(Number(valueOf("metrics", "holdout.all.rmse")) > 0.5);
    const files = await server.get("mlflow/artifacts/list", { run_id: champion.info.run_id, path: "model" });
    assert.deepEqual((files.files as { path: string }[]).map(({ path }) => path).sort(), [
      "model/artifact.bin",
      "model/card.md",
      "model/model.keras",
    ]);
    const alias = async () => {
      const { model_version } = await server.get("mlflow/registered-models/alias", {
        name: "matinee-daily",
        alias: "champion",
      });
      return (model_version as { run_id: string }).run_id;
    };
    assert.equal(await alias(), champion.info.run_id);

    await desk.models("rollback", "--later");
    await desk.lake.pool.script("update ops_db.runs set finished_at = clock_timestamp()");
    assert.deepEqual(await track(desk, server), []);
    assert.equal((await allRuns()).length, 3);
    assert.equal(await alias(), runs.find(({ info }) => info.run_name === `two_tower ${first}`)!.info.run_id);
    const versions = await server.get("mlflow/model-versions/search", { filter: "name = 'matinee-daily'" });
    assert.equal((versions.model_versions as unknown[]).length, 2);
  },
});
