/** A real HTTP server on loopback that takes events, and answers as it is told. */
import type { EventBody } from "../../../../tasks/runner/notify/deliver.ts";

export interface Receiver extends AsyncDisposable {
  url: string;
  /** What came in, in order. */
  events: EventBody[];
}

/** @param answer the status of the n-th answer, from 0 */
export function createReceiver(answer: (n: number) => number | Promise<number> = () => 204): Receiver {
  const events: EventBody[] = [];
  const stop = new AbortController();
  const place = { port: 0, hostname: "127.0.0.1", signal: stop.signal, onListen: () => {} };
  const server = Deno.serve(place, async (request) => {
    const n = events.push(await request.json()) - 1;
    return new Response(null, { status: await answer(n) });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    events,
    async [Symbol.asyncDispose]() {
      stop.abort(); // at once: a caller may have hung up in the middle
      await server.finished;
    },
  };
}

/** Without pauses, and with short patience. */
export const QUICK = { webhook: 2_000, command: 5_000, pauses: [0, 0] };
