/**
 * MLflow's REST API (https://mlflow.org/docs/latest/rest-api.html), as far as runs, files and registered versions go.
 *
 * A server that is slow must not hold up a day: every request has a limit of its own, and all together have one.
 */

export interface MlflowSettings {
  /** http or https, without a trailing slash. */
  uri: string;
  /** The `authorization` header, where the server wants one. */
  authorization?: string;
}

export interface MlflowLimits {
  /** Milliseconds for a request of figures. */
  request: number;
  /** Milliseconds for a file. */
  upload: number;
}

export const LIMITS: MlflowLimits = { request: 2_000, upload: 10_000 };

type Answer = Record<string, unknown>;

/** The server said no: `code` is MLflow's name for why, as in RESOURCE_DOES_NOT_EXIST. */
export class MlflowRefusal extends Error {
  override name = "MlflowRefusal";
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

export interface MlflowClient {
  get(path: string, params: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  /** Stores a file below an artifact root that the server itself keeps; false for any other root. */
  upload(root: string, path: string, bytes: Uint8Array): Promise<boolean>;
}

/** A client of the server at `uri`; `signal` ends all of its requests. */
export function createClient(
  { uri, authorization }: MlflowSettings,
  { signal, limits = LIMITS }: { signal: AbortSignal; limits?: MlflowLimits },
): MlflowClient {
  const headers = { "user-agent": "matinee", ...(authorization ? { authorization } : {}) };
  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await request(`${uri}/api/2.0/mlflow/${path}`, {
      method,
      headers: { ...headers, ...(text === undefined ? {} : { "content-type": "application/json" }) },
      body: text,
    }, limits.request);
    return await answer.json();
  };
  return {
    get: (path, params) => send("GET", `${path}?${new URLSearchParams(params)}`),
    post: (path, body) => send("POST", path, body),
    patch: (path, body) => send("PATCH", path, body),
    async upload(root, path, bytes) {
      // Other schemes (s3:, file:) are stores that the server's clients are to write to by themselves.
      const { protocol, pathname } = new URL(root);
      if (protocol !== "mlflow-artifacts:") return false;
      const place = `${uri}/api/2.0/mlflow-artifacts/artifacts${pathname}/${path}`;
      const answer = await request(
        place,
        { method: "PUT", headers, body: bytes.slice().buffer },
        limits.upload,
      );
      await answer.body?.cancel();
      return true;
    },
  };

  async function request(url: string, init: RequestInit, limit: number): Promise<Response> {
    const answer = await fetch(url, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]),
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    throw refusal(answer.status, text);
  }
}

function refusal(status: number, text: string): MlflowRefusal {
  try {
    const { error_code, message } = JSON.parse(text);
    if (typeof error_code === "string") return new MlflowRefusal(error_code, `${error_code}: ${message}`);
  } catch {
    // Not MLflow's own words: a proxy's, perhaps.
  }
  return new MlflowRefusal(String(status), `it answered ${status}`);
}
