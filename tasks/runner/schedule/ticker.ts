/** Begins work when it is told to, unless the last is still under way. */

export interface TickerOptions {
  signal: AbortSignal;
  /** Gets what the work throws. */
  failed: (error: unknown) => void;
}

export interface Ticker {
  /** Never throws, and never keeps its caller waiting. A start while work is under way is not made up. */
  start(): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  readonly isBusy: boolean;
}

export function createTicker(work: () => Promise<void>, { signal, failed }: TickerOptions): Ticker {
  let running: Promise<void> | null = null;
  return {
    start() {
      if (running !== null || signal.aborted) return;
      // Also what throws before its first await must not reach the caller: Deno.cron would call again at once.
      running = Promise.resolve().then(work).catch(failed).finally(() => running = null);
    },
    async idle() {
      await running;
    },
    get isBusy() {
      return running !== null;
    },
  };
}
