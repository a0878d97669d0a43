/** One worker as the coordinator sees it: questions that are answered once, and a death that is told once. */
import type { News } from "../follow/stage.ts";
import type { WorkerMetrics } from "../http/metrics.ts";
import type { ServerLog } from "../log.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./messages.ts";
import { PortTaken } from "./port.ts";

export interface MemberOptions {
  module: URL;
  settings: WorkerSettings;
  log: ServerLog;
  filling: () => void;
  /** Asks all workers for their figures. */
  gather: () => Promise<WorkerMetrics[]>;
  /** The worker is gone; whatever was asked of it is settled. */
  died: (reason: string) => void;
}

export interface Member {
  readonly number: number;
  /** Milliseconds since it was started. */
  age(): number;
  /** Makes the application over what is served. */
  open(news: News | null): Promise<void>;
  /** @throws {PortTaken} when somebody else listens there. */
  listen(port: number): Promise<void>;
  leave(): Promise<void>;
  /** Resolves when requests that begin from now on get it; one that died needs nothing any more. */
  serve(news: News): Promise<void>;
  /** Its figures. @throws when it dies meanwhile. */
  collect(): Promise<WorkerMetrics>;
  /** Lets requests finish, then ends the worker. */
  stop(): Promise<void>;
}

/** Milliseconds in which a worker takes up a new snapshot; one that does not hangs, and is given up. */
const PATIENCE = 30_000;

/**
 * What a worker may do: serve, read code, queries and artifacts, and know how its user is called in PostgreSQL. It
 * starts no program, writes no file and calls no library, like the coordinator.
 */
const PERMISSIONS: Deno.PermissionOptionsObject = { net: true, read: true, env: ["PG*"] };

export function createMember({ module, settings, log, filling, gather, died }: MemberOptions): Member {
  const { number } = settings;
  const startedAt = performance.now();
  const worker = new Worker(module, {
    type: "module",
    name: `serve ${number}`,
    deno: { permissions: PERMISSIONS },
  });
  /** What is asked, and by what the answer is known. */
  const asked = new Map<string, PromiseWithResolvers<void>>();
  const collecting = new Map<number, PromiseWithResolvers<WorkerMetrics>>();
  // What is posted to a worker before it listens is lost.
  const born = Promise.withResolvers<void>();
  asked.set("born", born);
  let turns = 0;
  let isGone = false;

  const tell = (message: ToWorker) => {
    if (!isGone) worker.postMessage(message);
  };
  const end = (reason: string) => {
    if (isGone) return;
    isGone = true;
    worker.terminate();
    died(reason);
    for (const [answer, { resolve, reject }] of asked) {
      // It serves nothing old any more, which is all that was wanted.
      if (answer.startsWith("serving")) resolve();
      else reject(new Error(`A worker died: ${reason}`));
    }
    for (const { reject } of collecting.values()) reject(new Error(`A worker died: ${reason}`));
  };
  const ask = async (question: ToWorker, answer: string): Promise<void> => {
    if (isGone) throw new Error("Cannot ask a worker that is gone");
    const pending = Promise.withResolvers<void>();
    asked.set(answer, pending);
    tell(question);
    await pending.promise;
  };
  const settle = (answer: string, error?: Error) => {
    const pending = asked.get(answer);
    asked.delete(answer);
    if (error) pending?.reject(error);
    else pending?.resolve();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end(event.message);
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    switch (data.kind) {
      case "said":
        return log[data.level](data.message, data.fields);
      case "filling":
        return filling();
      case "serving":
        return settle(`serving ${data.turn}`);
      case "collected":
        collecting.get(data.turn)?.resolve(data.metrics);
        return void collecting.delete(data.turn);
      case "gather":
        return void gather().then((workers) => tell({ kind: "gathered", turn: data.turn, workers }));
      case "cannot listen":
        return settle("listening", data.isTaken ? new PortTaken(data.reason) : new Error(data.reason));
      default:
        settle(data.kind);
    }
  };
  return {
    number,
    age: () => performance.now() - startedAt,
    async open(news) {
      await born.promise;
      await ask({ kind: "open", settings, news }, "opened");
    },
    listen: (port) => ask({ kind: "listen", port }, "listening"),
    leave: () => ask({ kind: "leave" }, "left"),
    async serve(news) {
      if (isGone) return;
      const turn = ++turns;
      const timer = setTimeout(() => end(`it did not answer within ${PATIENCE / 1000} s`), PATIENCE);
      await ask({ kind: "serve", news, turn }, `serving ${turn}`).finally(() => clearTimeout(timer));
    },
    async collect() {
      if (isGone) throw new Error("Cannot ask a worker that is gone");
      const turn = ++turns;
      const pending = Promise.withResolvers<WorkerMetrics>();
      collecting.set(turn, pending);
      tell({ kind: "collect", turn });
      return await pending.promise;
    },
    async stop() {
      if (isGone) return;
      // One that dies while it stops has stopped.
      await ask({ kind: "stop" }, "stopped").catch(() => {});
      isGone = true;
      worker.terminate();
    },
  };
}
