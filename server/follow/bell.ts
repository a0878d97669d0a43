/** Wakes one sleeper: rung while it works, it does not sleep the next time. */

export interface Bell extends Disposable {
  ring(): void;
  /** Rings in `ms` milliseconds; asked again until then, it rings once all the same. */
  ringSoon(ms: number): void;
  /** Resolves at the next ring, or after `atMost` milliseconds. */
  rung(atMost: number): Promise<void>;
}

export function createBell(): Bell {
  let isRung = false;
  let wake = () => {};
  let soon: ReturnType<typeof setTimeout> | null = null;
  const ring = () => {
    isRung = true;
    wake();
  };
  return {
    ring,
    ringSoon(ms) {
      soon ??= setTimeout(() => {
        soon = null;
        ring();
      }, ms);
    },
    async rung(atMost) {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMost);
          wake = () => (clearTimeout(timer), resolve());
        });
      }
      isRung = false;
    },
    [Symbol.dispose]() {
      if (soon !== null) clearTimeout(soon);
    },
  };
}
