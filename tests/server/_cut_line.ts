/** A line to the database that a test can cut: TCP bytes passed on, both ways, until told otherwise. */

export interface CutLine extends AsyncDisposable {
  /** The database's URL through this line. */
  readonly url: string;
  /** Ends every connection and refuses new ones: to the other side, the database is gone. */
  cut(): Promise<void>;
  mend(): void;
}

export function createCutLine(url: string): CutLine {
  const target = new URL(url);
  const to = { hostname: target.hostname, port: Number(target.port || 5432) };
  let listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  let ends: Deno.Conn[] = [];
  let running: Promise<unknown>[] = [];

  const join = async (near: Deno.Conn) => {
    const far = await Deno.connect(to);
    ends.push(near, far);
    const pass = (from: Deno.Conn, into: Deno.Conn) => from.readable.pipeTo(into.writable).catch(() => {});
    await Promise.all([pass(near, far), pass(far, near)]);
  };
  const accept = async () => {
    for await (const near of listener) running.push(join(near).catch(() => close(near)));
  };
  const cut = async () => {
    listener.close();
    ends.forEach(close);
    ends = [];
    await Promise.all(running);
    running = [];
  };
  running.push(accept());
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    cut,
    mend() {
      listener = Deno.listen({ hostname: "127.0.0.1", port });
      running.push(accept());
    },
    async [Symbol.asyncDispose]() {
      await cut().catch(() => {});
    },
  };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch { /* the other side was first */ }
}
