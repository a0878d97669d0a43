/** Servers as processes of their own: started, found by the port that they tell, measured from outside, ended. */
import config from "../../deno.json" with { type: "json" };
import { fileURLToPath } from "node:url";
import { peakKib, treeCpuSeconds, treeRssMib } from "./meter.ts";

export interface RunningServer extends AsyncDisposable {
  /** As http://127.0.0.1:8000. */
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process to its first list. */
  readonly readyMs: number;
  /** User and system time so far, all its processes. */
  cpuSeconds(): number;
  rssMib(): number;
  /** The most that its first process has held. */
  peakRssMib(): number;
  /** Sends SIGTERM; resolves to the exit code. */
  stop(): Promise<number>;
}

export interface StartOptions {
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Asked until it is answered with 200. */
  path: string;
}

/** Starts a server that tells its address on stdout or stderr. @throws with its last words when it ends before. */
export async function startServer({ command, args, env, path }: StartOptions): Promise<RunningServer> {
  const begun = performance.now();
  const child = new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = listen([child.stdout, child.stderr]);
  const ended = child.status.then(({ code }) => {
    throw new Error(`Cannot measure as the server ended with code ${code}: ${said.text().slice(-2_000)}`);
  });
  ended.catch(() => {});
  const port = await Promise.race([said.port, ended]);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    const { code } = await child.status;
    await said.done;
    return code;
  };
  try {
    await Promise.race([untilOk(`${url}${path}`), ended]);
  } catch (error) {
    await stop();
    throw error;
  }
  const readyMs = performance.now() - begun;
  return {
    url,
    pid: child.pid,
    readyMs,
    cpuSeconds: () => treeCpuSeconds(child.pid),
    rssMib: () => treeRssMib(child.pid),
    peakRssMib: () => peakKib(child.pid) / 1024,
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

/** A hello world on Hono: what HTTP itself costs here. */
export function startHello(): Promise<RunningServer> {
  return startServer({
    command: Deno.execPath(),
    args: ["run", "-A", fileURLToPath(new URL("./_hello_process.ts", import.meta.url))],
    path: "/users/1/recommendations",
  });
}

/** The engine's flags of `deno task serve`. */
const HEAP = config.tasks.serve.command.match(/--v8-flags=\S+/) ?? [];

export interface MatineeOptions {
  home: string;
  workers: number;
  /** Absent: none. */
  databaseUrl?: string;
  args?: readonly string[];
  env?: Record<string, string>;
}

/** Matinee's own server, with the permissions and the heap that `deno task serve` gives it. */
export function startMatinee({ home, workers, databaseUrl, args = [], env }: MatineeOptions) {
  const main = fileURLToPath(new URL("../../server/main.ts", import.meta.url));
  return startServer({
    command: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "-P=serve",
      ...HEAP,
      main,
      "--port",
      "0",
      "--workers",
      `${workers}`,
      ...args,
    ],
    env: { MATINEE_HOME: home, DATABASE_URL: databaseUrl ?? "", ...env },
    path: "/users/1/recommendations?n=10",
  });
}

export interface PeerOptions {
  python: string;
  snapshot: string;
  workers: number;
}

/** FastAPI + numpy. BLAS gets one thread: two of them spin for each other on products as small as these. */
export function startPeer({ python, snapshot, workers }: PeerOptions): Promise<RunningServer> {
  const folder = fileURLToPath(new URL("./peers", import.meta.url));
  return startServer({
    command: python,
    args: [
      "-m",
      "uvicorn",
      "fastapi_numpy:app",
      "--app-dir",
      folder,
      "--port",
      "0",
      "--workers",
      `${workers}`,
    ]
      .concat(["--loop", "uvloop", "--http", "httptools", "--no-access-log"]),
    env: { SNAPSHOT: snapshot, OPENBLAS_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
    path: "/users/1/recommendations?n=10",
  });
}

/** Takes in all that is said, and the first address in it. */
function listen(streams: ReadableStream<Uint8Array<ArrayBuffer>>[]) {
  const { promise: port, resolve } = Promise.withResolvers<number>();
  let text = "";
  const done = Promise.all(streams.map(async (stream) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text = `${text}${part}`.slice(-20_000);
      const found = / on http:\/\/[^\s:]+:(\d+)/.exec(text);
      if (found !== null) resolve(Number(found[1]));
    }
  }));
  return { port, done, text: () => text };
}

const BETWEEN_TRIES_MS = 5;
/** Until a server that listens must answer: some open tables of gigabytes first. */
const PATIENCE_MS = 120_000;

async function untilOk(url: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
    await response?.body?.cancel();
    if (response?.status === 200) return;
    if (performance.now() > end) {
      const found = response?.status ?? "no answer";
      throw new Error(`Cannot measure as ${url} should be answered with 200 in two minutes: found ${found}`);
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
  }
}
