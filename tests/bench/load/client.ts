/** A closed loop: every connection sends its next request when the last one is answered. */
import { type Answer, type Connection, CutOff, openConnection } from "./connection.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

export interface LoadOptions {
  /** As http://127.0.0.1:8000. */
  server: string;
  traffic: Traffic;
  connections: number;
  /** Requests are sent for so long, or until the server is gone for good. */
  seconds: number;
  /** Latencies are also told for each slot of so many seconds (default 1). */
  slot?: number;
  /** Whether a client ends when it is sent away, or not let in: the server was asked to stop. */
  mayEnd?: boolean;
}

export interface Latencies {
  n: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  most: number;
}

export interface LoadResult {
  /** All that was answered as it should be. */
  all: Latencies & { perSecond: number };
  /** By `name` of what was asked. */
  asks: Record<string, Latencies>;
  slots: Latencies[];
  failed: number;
  /** What went wrong, with how often. */
  failures: Record<string, number>;
  /** Of the wall clock. */
  seconds: number;
}

/** @throws when the server cannot be reached at all. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { server, traffic, connections, seconds, slot = 1 } = options;
  const { hostname, port, host } = new URL(server);
  const address = { hostname, port: Number(port) };
  const begun = performance.now();
  const record = createRecord(traffic, { begun, slotMs: 1_000 * slot });
  const end = begun + 1_000 * seconds;
  await Promise.all(Array.from({ length: connections }, (_, i) => {
    const next = createTraffic({ ...traffic, seed: traffic.seed + i }, host);
    return talk({ address, next, end, record, mayEnd: options.mayEnd ?? false });
  }));
  return record.result((performance.now() - begun) / 1_000);
}

interface Talk {
  address: { hostname: string; port: number };
  next: ReturnType<typeof createTraffic>;
  end: number;
  record: ReturnType<typeof createRecord>;
  mayEnd: boolean;
}

/** One client, on one connection after another. */
async function talk({ address, next, end, record, mayEnd }: Talk): Promise<void> {
  let connection: Connection | null = null;
  try {
    while (performance.now() < end) {
      try {
        connection ??= await openConnection(address);
      } catch (error) {
        if (!mayEnd) throw error;
        return;
      }
      const { ask, bytes } = next();
      const sent = performance.now();
      let answer: Answer | null = null;
      try {
        answer = await connection.exchange(bytes);
        record.add(ask, { status: answer.status, sent });
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
        record.fail("cut off");
      }
      if (answer !== null && !answer.isLast) continue;
      // Whoever is sent away from a server that stops goes to another one.
      if (mayEnd && answer !== null) return;
      connection[Symbol.dispose]();
      connection = null;
    }
  } finally {
    connection?.[Symbol.dispose]();
  }
}

function createRecord({ asks }: Traffic, { begun, slotMs }: { begun: number; slotMs: number }) {
  const all = createHistogram();
  const each = asks.map(createHistogram);
  const slots: Latencies[] = [];
  let current = createHistogram();
  let slotEnd = begun + slotMs;
  let failed = 0;
  const failures = new Map<string, number>();
  const fail = (reason: string) => {
    failed++;
    failures.set(reason, (failures.get(reason) ?? 0) + 1);
  };
  return {
    fail,
    add(ask: number, { status, sent }: { status: number; sent: number }) {
      const now = performance.now();
      if (status < 200 || status >= 300) return fail(`${asks[ask].name}: ${status}`);
      for (; now >= slotEnd; slotEnd += slotMs) {
        slots.push(latenciesOf(current));
        current = createHistogram();
      }
      for (const histogram of [all, each[ask], current]) histogram.add(now - sent);
    },
    result(seconds: number): LoadResult {
      return {
        all: { ...latenciesOf(all), perSecond: all.n / seconds },
        asks: Object.fromEntries(asks.map(({ name }, i) => [name, latenciesOf(each[i])])),
        slots,
        failed,
        failures: Object.fromEntries(failures),
        seconds,
      };
    },
  };
}

function latenciesOf(histogram: Histogram): Latencies {
  return { n: histogram.n, p50: histogram.at(0.5), p99: histogram.at(0.99), most: histogram.most };
}
