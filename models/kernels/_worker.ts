/** One more thread of a pool: attends it until it is dismissed. */
import type { Post } from "./pool.ts";

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Post>) => void) | null;
  close(): void;
};

scope.onmessage = ({ data: { module, memory, pool, worker } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  (exports.attend as (pool: number, worker: number) => void)(pool, worker);
  scope.close();
};
