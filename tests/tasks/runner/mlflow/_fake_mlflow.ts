/** As much of an MLflow server as Matinee uses, in memory, with the refusals of the real one. */

interface FakeRun {
  info: {
    run_id: string;
    artifact_uri: string;
    lifecycle_stage: string;
    experiment_id: string;
    status: string;
  };
  name: string;
  params: Map<string, string>;
  tags: Map<string, string>;
  /** By key, step and time. */
  metrics: Map<string, number>;
}

export interface FakeMlflow extends AsyncDisposable {
  url: string;
  /** "METHOD path", in order. */
  requests: string[];
  runs: FakeRun[];
  /** By path below the server's root of artifacts. */
  files: Map<string, Uint8Array>;
  versions: { name: string; version: string; run_id: string; source: string }[];
  aliases: Map<string, string>;
  authorizations: Set<string | null>;
}

type Body = Record<string, string>;
interface Field {
  key: string;
  value: string;
}

class Refusal extends Error {
  constructor(readonly status: number, readonly code: string) {
    super(code);
  }
}

/** @param refuse what to answer instead, by request; undefined: the server does its work. */
export function fakeMlflow(
  refuse: (request: string) => Response | Promise<Response> | undefined = () => undefined,
): FakeMlflow {
  const state = {
    requests: [] as string[],
    runs: [] as FakeRun[],
    files: new Map<string, Uint8Array>(),
    versions: [] as FakeMlflow["versions"],
    aliases: new Map<string, string>(),
    authorizations: new Set<string | null>(),
  };
  const experiments = new Map<string, { experiment_id: string; lifecycle_stage: string }>();
  const models = new Set<string>();
  const runOf = (id: string) => state.runs.find(({ info }) => info.run_id === id) ?? missing();

  const api: Record<string, (body: Body) => unknown> = {
    "GET experiments/get-by-name": ({ experiment_name }) => ({
      experiment: experiments.get(experiment_name) ?? missing(),
    }),
    "POST experiments/create"({ name }) {
      if (experiments.has(name)) throw new Refusal(400, "RESOURCE_ALREADY_EXISTS");
      const experiment_id = String(experiments.size + 1);
      experiments.set(name, { experiment_id, lifecycle_stage: "active" });
      return { experiment_id };
    },
    "POST runs/create"({ experiment_id, run_name, tags }) {
      const run_id = `run${state.runs.length}`;
      const artifact_uri = `mlflow-artifacts:/${experiment_id}/${run_id}/artifacts`;
      const info = { run_id, artifact_uri, lifecycle_stage: "active", experiment_id, status: "RUNNING" };
      state.runs.push({ info, name: run_name, params: new Map(), tags: asMap(tags), metrics: new Map() });
      return { run: { info } };
    },
    "GET runs/get": ({ run_id }) => ({ run: runOf(run_id) }),
    "POST runs/search"({ filter }) {
      const wanted = [...filter.matchAll(/tags\.`([^`]+)` = '([^']*)'/g)];
      const isWanted = ({ tags, info }: FakeRun) =>
        info.lifecycle_stage === "active" && wanted.every(([, key, value]) => tags.get(key) === value);
      return { runs: state.runs.filter(isWanted) };
    },
    "POST runs/log-batch"({ run_id, metrics, params, tags }) {
      const run = runOf(run_id);
      for (const { key, value } of params as unknown as Field[]) {
        checkKey(key);
        if ((run.params.get(key) ?? value) !== value) throw new Refusal(400, "INVALID_PARAMETER_VALUE");
        run.params.set(key, value);
      }
      for (
        const { key, value, step, timestamp }
          of metrics as unknown as (Field & { step: number; timestamp: number })[]
      ) {
        checkKey(key);
        run.metrics.set(`${key} ${step} ${timestamp}`, Number(value));
      }
      for (const [key, value] of asMap(tags)) run.tags.set(key, value);
      return {};
    },
    "POST runs/update"({ run_id, status }) {
      runOf(run_id).info.status = status;
      return {};
    },
    "POST registered-models/create"({ name }) {
      if (models.has(name)) throw new Refusal(400, "RESOURCE_ALREADY_EXISTS");
      models.add(name);
      return {};
    },
    "GET model-versions/search": ({ filter }) => ({
      model_versions: state.versions.filter(({ run_id }) => filter.includes(`run_id = '${run_id}'`)),
    }),
    "POST model-versions/create"({ name, source, run_id }) {
      if (!models.has(name)) missing();
      if (!source.startsWith(runOf(run_id).info.artifact_uri)) {
        throw new Refusal(400, "INVALID_PARAMETER_VALUE");
      }
      const model_version = { name, version: String(state.versions.length + 1), run_id, source };
      state.versions.push(model_version);
      return { model_version };
    },
    "POST registered-models/alias"({ alias, version }) {
      state.aliases.set(alias, version);
      return {};
    },
  };

  const stop = new AbortController();
  const place = { port: 0, hostname: "127.0.0.1", signal: stop.signal, onListen: () => {} };
  const server = Deno.serve(place, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const name = `${request.method} ${pathname.replace(/^\/api\/2\.0\/(mlflow\/)?/, "")}`;
    state.requests.push(name);
    state.authorizations.add(request.headers.get("authorization"));
    const refused = await refuse(name);
    if (refused !== undefined) return refused;
    const file = /^PUT mlflow-artifacts\/artifacts\/(.+)$/.exec(name);
    if (file) {
      state.files.set(file[1], await request.bytes());
      return Response.json({});
    }
    try {
      if (api[name] === undefined) missing();
      return Response.json(
        api[name](request.method === "GET" ? Object.fromEntries(searchParams) : await request.json()),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return Response.json({ error_code: error.code, message: "no" }, { status: error.status });
    }
  });
  return {
    ...state,
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

function missing(): never {
  throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST");
}

const asMap = (fields: unknown) => new Map((fields as Field[]).map(({ key, value }) => [key, value]));

function checkKey(key: string): void {
  if (!/^[\w\-. :/]+$/.test(key)) throw new Refusal(400, "INVALID_PARAMETER_VALUE");
}
