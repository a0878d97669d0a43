/** Where the registry's commands are run in tests: a small archive with versions, and a home of its own. */
import assert from "@std/assert";
import { join } from "node:path";
import { COMMANDS } from "../../../tasks/registry/commands.ts";
import { readOptions } from "../../../tasks/runner/cli/options.ts";
import evaluate from "../../../tasks/evaluate.ts";
import publish from "../../../tasks/publish.ts";
import train from "../../../tasks/train.ts";
import { bootstrapped, type Day, FAST, type SmallLake, smallLake } from "../_small_lake.ts";
import { ask } from "../import/_ask.ts";
import { memoryLog } from "../runner/_workplace.ts";

export interface Answer {
  code: number;
  out: string;
  said: string[];
}

export interface Desk extends AsyncDisposable {
  lake: SmallLake;
  day: Day;
  /** What `deno task models …args` prints, and its exit code. @throws what the command throws. */
  models(...args: string[]): Promise<Answer>;
  /** Trains a version from scratch; it waits as a candidate. */
  train(seed: number, params?: object): Promise<string>;
  /** Trains a version and has the gate let it through. */
  champion(seed: number): Promise<string>;
  /** version → status. */
  statuses(): Promise<Record<string, string>>;
  /** Ends the run, so that a command may publish in it. */
  endRun(): Promise<void>;
  publish(): Promise<void>;
}

/** A gate that lets everything through. */
const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1, max_list_ms: 60_000 },
};

/** A bootstrapped archive; its run is still open. */
export async function openDesk(): Promise<Desk> {
  const leaving = new AsyncDisposableStack();
  const lake = leaving.use(await smallLake());
  const home = await Deno.makeTempDir({ prefix: "matinee_desk_" });
  leaving.defer(() => Deno.remove(home, { recursive: true }));
  await Deno.symlink(lake.artifacts, join(home, "artifacts"));
  const day = await bootstrapped(lake);
  const trainVersion = async (seed: number, params: object = FAST) => {
    const options = { params: { ...params, mode: "scratch" }, parts: { seed } };
    return String((await day.stage("train", train, options)).version);
  };
  return {
    lake,
    day,
    models: (...args) => within({ MATINEE_HOME: home, DATABASE_URL: lake.pool.url }, () => answer(args)),
    train: trainVersion,
    async champion(seed) {
      const version = await trainVersion(seed);
      const { verdict, reason } = await day.stage("evaluate", evaluate, { params: ROOMY });
      assert.equal(verdict, "promoted", String(reason));
      return version;
    },
    statuses: async () =>
      Object.fromEntries(await ask(lake.pool.url, "select version, status from ops_db.model_versions")),
    endRun: () => lake.pool.script("update ops_db.runs set status = 'succeeded', finished_at = now()"),
    publish: async () => void await day.stage("publish", publish),
    [Symbol.asyncDispose]: () => leaving.disposeAsync(),
  };
}

async function answer([name, ...args]: string[]): Promise<Answer> {
  const command = COMMANDS[name];
  const [out, said]: string[][] = [[], []];
  const code = await command.run(readOptions(args, `models ${name}`, command.help), {
    out: (text) => out.push(text),
    say: (line) => said.push(line),
    log: memoryLog(),
    signal: new AbortController().signal,
    now: () => new Date("2026-03-02T03:00:00Z"),
  });
  return { code, out: out.join(""), said };
}

/** Runs `body` with these variables set, which the entry points read. */
export async function within<T>(env: Record<string, string>, body: () => Promise<T>): Promise<T> {
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    return await body();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}
