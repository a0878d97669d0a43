/**
 * What a piece of work takes of the machine: of this process, of the processes it starts, and of PostgreSQL.
 *
 * CPU times of others come from /proc, so they are null where there is none, or where PostgreSQL runs elsewhere.
 * A peak is the resident set's high-water mark: ours is set back at the start, a child's is read ten times a second.
 */
import type { Pool } from "../../sql/db.ts";
import { type Spent, startClock } from "./benchmark.ts";

export interface Usage extends Spent {
  /** Of ended and running children, all their threads. */
  childCpuSeconds: number | null;
  /** Of the whole server: backends, parallel workers, WAL writer, checkpointer. */
  databaseCpuSeconds: number | null;
  peakRssMib: number | null;
  /** The largest child's. */
  childPeakRssMib: number | null;
}

const BACKEND = "../../tests/bench/queries/backend";
const TICKS_PER_SECOND = 100;
const GLANCE_MS = 100;

/** Runs `body` and says what it took; `pool` is on the server that works for it. */
export async function metered(
  body: () => Promise<unknown> | unknown,
  { pool }: { pool?: Pool } = {},
): Promise<Usage> {
  const server = pool && await rootOfBackend(pool);
  const before = { children: childSeconds(Deno.pid), server: server ? treeSeconds(server) : null };
  resetPeak();
  let childPeak = 0;
  const watch = setInterval(
    () => childPeak = Math.max(childPeak, ...childrenOf(Deno.pid).map(peakKib)),
    GLANCE_MS,
  );
  const clock = startClock();
  try {
    await body();
  } finally {
    clearInterval(watch);
  }
  const spent = clock();
  return {
    ...spent,
    childCpuSeconds: difference(childSeconds(Deno.pid), before.children),
    databaseCpuSeconds: server ? difference(treeSeconds(server), before.server) : null,
    peakRssMib: before.children === null ? null : peakKib(Deno.pid) / 1024,
    childPeakRssMib: before.children === null ? null : childPeak / 1024,
  };
}

/** CPU seconds of everybody who worked. */
export function allCpuSeconds({ cpuSeconds, childCpuSeconds, databaseCpuSeconds }: Usage): number {
  return cpuSeconds + (childCpuSeconds ?? 0) + (databaseCpuSeconds ?? 0);
}

/** "12.0 s; CPU s: 4.0 here, 3.0 in children, 9.0 in PostgreSQL; peaks: 200 MiB here, 300 MiB in a child". */
export function describeUsage(usage: Usage): string {
  const seconds = (value: number | null) => value === null ? "?" : value.toFixed(1);
  const size = (value: number | null) => value === null ? "?" : `${Math.round(value)} MiB`;
  return `${seconds(usage.seconds)} s; CPU s: ${seconds(usage.cpuSeconds)} here, ${
    seconds(usage.childCpuSeconds)
  } in children, ${seconds(usage.databaseCpuSeconds)} in PostgreSQL; peaks: ${size(usage.peakRssMib)} here, ${
    size(usage.childPeakRssMib)
  } in a child`;
}

/** The server's first process, when it runs on this machine. */
export async function rootOfBackend(pool: Pool): Promise<number | undefined> {
  const row = await pool.row<{ pid: number }>(BACKEND);
  const backend = row && stat(row.pid);
  return backend?.name === "postgres" ? backend.parent : undefined;
}

interface Stat {
  name: string;
  parent: number;
  own: number;
  /** Of children that ended and were waited for. */
  waitedFor: number;
}

/** /proc/PID/stat; null when there is no such process, or no /proc. */
function stat(pid: number): Stat | null {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const end = text.lastIndexOf(")");
    const fields = text.slice(end + 2).split(" ");
    const seconds = (from: number) => (Number(fields[from]) + Number(fields[from + 1])) / TICKS_PER_SECOND;
    return {
      name: text.slice(text.indexOf("(") + 1, end),
      parent: Number(fields[1]),
      own: seconds(11),
      waitedFor: seconds(13),
    };
  } catch {
    return null;
  }
}

/** By thread, as a process started by a thread is that thread's child. */
function childrenOf(pid: number): number[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim().split(" ").map(Number)
    ).filter((child) => child > 0);
  } catch {
    return [];
  }
}

/** Of the ended and the running children of `pid`, and theirs. */
function childSeconds(pid: number): number | null {
  const parent = stat(pid);
  if (parent === null) return null;
  return childrenOf(pid).reduce((sum, child) => sum + (treeSeconds(child) ?? 0), parent.waitedFor);
}

function treeSeconds(pid: number): number | null {
  const children = childSeconds(pid);
  return children === null ? null : children + (stat(pid)?.own ?? 0);
}

/** User and system seconds so far of process `pid` and all that it started. 0 without /proc. */
export const treeCpuSeconds = (pid: number): number => treeSeconds(pid) ?? 0;

/** Resident memory now of process `pid` and all that it started; pages that they share count for each. */
export function treeRssMib(pid: number): number {
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return kib / 1024 + childrenOf(pid).reduce((sum, child) => sum + treeRssMib(child), 0);
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** The most resident memory that process `pid` has held. */
export function peakKib(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function resetPeak(): void {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Then the peak is that of the whole process so far.
  }
}

function difference(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : after - before;
}
