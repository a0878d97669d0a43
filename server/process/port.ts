/**
 * Finds the port that all workers will share.
 *
 * Whoever listens with SO_REUSEPORT lets others of the same user do so too: a second server on the port would not be
 * refused, and would silently take half of the connections. So a port is first tried without that, which only works
 * where nobody listens; and from that look until the workers listen, the UDP port of the same number is held, which
 * only one process can do.
 */
import type { ServerLog } from "../log.ts";

/** How many ports above a taken one are tried. */
const PORTS_TRIED = 100;
const HIGHEST_PORT = 65_535;

/** Somebody listens on the port. */
export class PortTaken extends Error {
  override name = "PortTaken";
}

interface Place {
  host: string;
  port: number;
}

/**
 * Has `listen` done at the first free port from `port` on, the same for all; 0: any. Returns which it was.
 *
 * @throws {PortTaken} when a hundred are taken.
 */
export async function onFreePort(
  { host, port }: Place,
  log: ServerLog,
  listen: (port: number) => Promise<void>,
): Promise<number> {
  const last = Math.min(port + PORTS_TRIED, HIGHEST_PORT);
  for (let tried = port;; tried++) {
    try {
      const found = await holding({ host, port: tried }, listen);
      if (port !== 0 && found !== port) log.warn(`port ${port} is taken; using ${found}`);
      return found;
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (tried === last) {
        throw new Error(`Cannot listen as ports ${port} to ${last} are all taken`, { cause: error });
      }
      // Any free one was asked for, and somebody was quicker: another any.
      if (port === 0) tried--;
    }
  }
}

/** Runs `listen` while nobody else can find the same port free. */
async function holding({ host, port }: Place, listen: (port: number) => Promise<void>): Promise<number> {
  const found = port === 0 ? freePort(host) : port;
  using _claim = refusedIfTaken(() =>
    claimOf(Deno.listenDatagram({ hostname: host, port: found, transport: "udp" }))
  );
  refusedIfTaken(() => Deno.listen({ hostname: host, port: found }).close());
  await listen(found);
  return found;
}

function freePort(hostname: string): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}

const claimOf = (socket: Deno.DatagramConn): Disposable => ({ [Symbol.dispose]: () => socket.close() });

function refusedIfTaken<T>(attempt: () => T): T {
  try {
    return attempt();
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) throw new PortTaken("The port is taken", { cause });
    throw cause;
  }
}
