/**
 * One keep-alive connection of HTTP/1.1, bytes in and bytes out.
 *
 * `fetch` costs the client three times what a small answer costs the server, and both share the machine.
 */
import { answerIn } from "./_answer.ts";

export interface Answer {
  status: number;
  /** Whether the server closes the connection now. */
  isLast: boolean;
  /** Valid until the next exchange. */
  body: Uint8Array;
}

export interface Connection extends Disposable {
  /** @throws {CutOff} when the server closes the connection without a whole answer. */
  exchange(request: Uint8Array): Promise<Answer>;
}

/** The server closed the connection on a request. */
export class CutOff extends Error {
  override name = "CutOff";
}

/** @throws {Deno.errors.ConnectionRefused} when nobody listens. */
export async function openConnection(address: { hostname: string; port: number }): Promise<Connection> {
  const tcp = await Deno.connect(address);
  tcp.setNoDelay(true);
  let bytes = new Uint8Array(1 << 16);
  return {
    async exchange(request) {
      try {
        for (let at = 0; at < request.length;) at += await tcp.write(request.subarray(at));
        for (let filled = 0;;) {
          if (filled === bytes.length) {
            const more = new Uint8Array(2 * bytes.length);
            more.set(bytes);
            bytes = more;
          }
          const got = await tcp.read(filled === 0 ? bytes : bytes.subarray(filled));
          if (got === null) {
            throw new CutOff(`Cannot read the answer as the server closed after ${filled} bytes`);
          }
          filled += got;
          const found = answerIn(bytes, filled);
          if (found === null || found.end > filled) continue;
          const { status, isLast, body, end } = found;
          return { status, isLast, body: bytes.subarray(body, end) };
        }
      } catch (cause) {
        if (cause instanceof Deno.errors.ConnectionReset || cause instanceof Deno.errors.BrokenPipe) {
          throw new CutOff("Cannot read the answer as the server broke the connection", { cause });
        }
        throw cause;
      }
    },
    [Symbol.dispose]: () => tcp.close(),
  };
}
