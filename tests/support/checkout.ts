/** A copy of this checkout in a folder with a blank in its name, and its commands run as a person would run them. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endServer } from "./embedded_server.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PARTS = ["deno.json", "deno.lock", "pipeline.yaml", "tasks", "models", "server", "sql"];

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** Resolves when stderr has said `text`. */
  said(text: string): Promise<void>;
  kill(signal: Deno.Signal): void;
  finished: Promise<Result>;
}

export interface Checkout extends AsyncDisposable {
  path: string;
  /** Runs `deno task …` to its end. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Result>;
  /** Starts a command without `deno task` around it, so that signals reach it alone. */
  start(args: readonly string[], env?: Record<string, string>): Running;
}

/** Makes a copy with a home of its own; disposing stops its database, if it still runs, and removes all. */
export async function createCheckout({ manifest }: { manifest?: string } = {}): Promise<Checkout> {
  const folder = await Deno.makeTempDir({ prefix: "matinee test " });
  await Deno.chmod(folder, 0o755); // the database's user must get through
  for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true });
  if (manifest !== undefined) await Deno.writeTextFile(join(folder, "pipeline.yaml"), manifest);
  const started: Deno.ChildProcess[] = [];
  const command = (args: readonly string[], env: Record<string, string>) =>
    new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: folder,
      env: { NO_COLOR: "1", MATINEE_HOME: "", MATINEE_DATA: "", DATABASE_URL: "", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  return {
    path: folder,
    async run(args, env = {}) {
      const { code, stdout, stderr } = await command(["task", ...args], env).output();
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    },
    start([name, ...args], env = {}) {
      const all = ["run", "--no-prompt", "-P=daily", "tasks/runner/main.ts", name, ...args];
      const child = command(all, env).spawn();
      started.push(child);
      return watch(child);
    },
    async [Symbol.asyncDispose]() {
      // What a test that failed has left: a day at work, and a database that nobody was there to stop.
      for (const child of started) await child[Symbol.asyncDispose]();
      await endServer(join(folder, ".matinee"));
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function watch(child: Deno.ChildProcess): Running {
  let stderr = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  const reading = (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += chunk;
      for (const { text, resolve } of waiting) if (stderr.includes(text)) resolve();
    }
    for (const { resolve } of waiting) resolve();
  })();
  return {
    said: (text) =>
      new Promise((resolve) => {
        if (stderr.includes(text)) resolve();
        else waiting.push({ text, resolve });
      }),
    kill: (signal) => child.kill(signal),
    finished: (async () => {
      const [{ code }, stdout] = await Promise.all([
        child.status,
        new Response(child.stdout).text(),
        reading,
      ]);
      return { code, stdout, stderr };
    })(),
  };
}
