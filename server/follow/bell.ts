/** Wakes one sleeper: rung while it works, it does not sleep the next time. */

export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or after `atMost` milliseconds. */
  rung(atMost: number): Promise<void>;
}

export function createBell(): Bell {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
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
  };
}
