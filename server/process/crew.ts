/**
 * The workers: started together, kept at the same snapshot, replaced when one dies, stopped without dropping a request.
 */
import type { News } from "../follow/stage.ts";
import type { WorkerMetrics } from "../http/metrics.ts";
import type { NewerLog } from "../live/newer_log.ts";
import type { ServerLog } from "../log.ts";
import { createMember, type Member } from "./member.ts";
import type { WorkerSettings } from "./messages.ts";
import { PortTaken } from "./port.ts";

export interface CrewOptions {
  /** How many workers. */
  size: number;
  settings: Omit<WorkerSettings, "number" | "sharesPort">;
  newerLog: NewerLog;
  log: ServerLog;
  /** Called when a worker finds half of the log taken. */
  filling: () => void;
  /** The worker's module (tests have workers that die). */
  module?: URL;
}

export interface Crew {
  /** Starts all; resolves when they have opened what is served. @throws when one can't start. */
  open(): Promise<void>;
  /** Has all listen. @throws {PortTaken} when one can't; then none does. */
  listen(port: number): Promise<void>;
  /** Resolves when all serve it, those that start meanwhile too. */
  spread(news: News): Promise<void>;
  /** Resolves when all have answered what they had begun. */
  stop(): Promise<void>;
}

/** The coordinator's own number among those that append to the log. */
const COORDINATOR = 1;
/** Milliseconds before the place of a worker that died young is taken: the first, and at most. */
const BACKOFF = { first: 100, most: 5_000 };
/** Milliseconds after which a worker counts as sound. */
const YOUTH = 10_000;

export function createCrew(options: CrewOptions): Crew {
  const { size, settings, log, newerLog, module = new URL("./worker.ts", import.meta.url) } = options;
  /** Those that serve, and those that are about to. */
  const members = new Set<Member>();
  const starting = new Set<Member>();
  let news: News | null = null;
  let numbers = COORDINATOR;
  let port: number | null = null;
  let isStopping = false;
  let backoff = 0;
  const replacing = new Set<Promise<void>>();
  const pauses = new Set<() => void>();

  const start = async (): Promise<Member> => {
    const number = ++numbers;
    const member = createMember({
      module,
      settings: { ...settings, number, sharesPort: size > 1 },
      log,
      filling: options.filling,
      gather,
      died: (reason) => bury(member, reason),
    });
    starting.add(member);
    let opened = news;
    await member.open(opened);
    // What was spread meanwhile comes now; from then on it is spread to this one too.
    while (news && news !== opened) await member.serve(opened = news);
    starting.delete(member);
    members.add(member);
    return member;
  };

  /** Figures of all that live to tell them. */
  async function gather(): Promise<WorkerMetrics[]> {
    const results = await Promise.allSettled([...members].map((member) => member.collect()));
    return results.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  }

  function bury(member: Member, reason: string): void {
    members.delete(member);
    starting.delete(member);
    newerLog.release(member.number);
    if (isStopping || port === null) return;
    log.warn("a worker died; another takes its place", { worker: member.number, reason });
    const isYoung = member.age() < YOUTH;
    backoff = isYoung ? Math.min(BACKOFF.most, 2 * backoff || BACKOFF.first) : 0;
    const work = replace(backoff).finally(() => replacing.delete(work));
    replacing.add(work);
  }

  async function replace(wait: number): Promise<void> {
    await pause(wait, pauses);
    if (isStopping || port === null) return;
    try {
      const member = await start();
      await member.listen(port);
    } catch {
      // It died as well: its own burial has said so, and has the next one come.
    }
  }

  return {
    async open() {
      await Promise.all(Array.from({ length: size }, start));
    },
    async listen(wanted) {
      const results = await Promise.allSettled([...members].map((member) => member.listen(wanted)));
      const failed = results.find((result) => result.status === "rejected");
      if (!failed) {
        port = wanted;
        return;
      }
      await Promise.all([...members].map((member) => member.leave()));
      throw failed.reason instanceof PortTaken ? failed.reason : new Error(
        `Cannot listen on ${settings.host}:${wanted}: ${failed.reason.message ?? failed.reason}`,
      );
    },
    async spread(next) {
      news = next;
      // One after the other: what opening costs each, the others answer meanwhile.
      for (const member of members) await member.serve(next);
    },
    async stop() {
      isStopping = true;
      for (const wake of pauses) wake();
      await Promise.all(replacing);
      await Promise.all([...members, ...starting].map((member) => member.stop()));
    },
  };
}

/** Resolves after `ms` milliseconds, or when woken. */
function pause(ms: number, pauses: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      pauses.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    pauses.add(wake);
  });
}
