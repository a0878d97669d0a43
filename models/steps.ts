/** Work in steps of some milliseconds: done in one go, or with whatever others need in between. */

export type Steps<T> = Generator<void, T>;

/** What `steps` come to, in one go. */
export function inOneGo<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** What `steps` come to, with `pause` awaited after each. */
export async function withPauses<T>(steps: Steps<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await pause();
  }
}
