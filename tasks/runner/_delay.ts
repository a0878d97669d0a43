/** Waits `ms` milliseconds; false when `signal` ended the wait. */
export function delay(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = () => end(false);
    const timer = setTimeout(() => end(true), ms);
    signal.addEventListener("abort", stop, { once: true });
    function end(waited: boolean) {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(waited);
    }
  });
}
