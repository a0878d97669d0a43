/** What the coordinator tells all workers without a message: whether the database answers, whether the server stops. */
import type { ServerState } from "../http/env.ts";

export interface Flags extends ServerState {
  isDatabaseUp: boolean;
  isStopping: boolean;
  /** What another worker opens the same flags with. */
  readonly buffer: SharedArrayBuffer;
}

const DATABASE_UP = 0, STOPPING = 1;

export function createFlags(buffer = new SharedArrayBuffer(8)): Flags {
  const words = new Int32Array(buffer);
  return {
    buffer,
    get isDatabaseUp() {
      return Atomics.load(words, DATABASE_UP) === 1;
    },
    set isDatabaseUp(isUp) {
      Atomics.store(words, DATABASE_UP, isUp ? 1 : 0);
    },
    get isStopping() {
      return Atomics.load(words, STOPPING) === 1;
    },
    set isStopping(isStopping) {
      Atomics.store(words, STOPPING, isStopping ? 1 : 0);
    },
  };
}
