/** Lends up to `max` connections, each to one borrower at a time, first come first served. */
import { type Connection, type ConnectionOptions, createConnection } from "./_connection.ts";

export interface Lender {
  /** Lends a connection to `body` alone, for as long as it takes. */
  use<T>(body: (connection: Connection) => Promise<T>): Promise<T>;
  lend(): Promise<Connection>;
  giveBack(connection: Connection): void;
  /** Waits up to 5 s for what is lent, then closes everything. */
  end(): Promise<void>;
}

const END_PATIENCE = 5_000;

/** `options` are read anew for each connection: their url may move. */
export function createLender(options: ConnectionOptions & { max: number }): Lender {
  const { max } = options;
  const lent = new Set<Connection>();
  let idle: Connection[] = [];
  const waiting: PromiseWithResolvers<Connection>[] = [];
  let ending: PromiseWithResolvers<void> | undefined;

  function next(): Connection {
    // The last one used has the warmest caches. One that was lost while idle is forgotten.
    idle = idle.filter((connection) => !connection.isLost);
    const connection = idle.pop() ?? createConnection(options);
    lent.add(connection);
    return connection;
  }

  async function lend(): Promise<Connection> {
    if (ending) throw new Error("Cannot use a pool that has ended");
    if (lent.size < max) return next();
    const turn = Promise.withResolvers<Connection>();
    waiting.push(turn);
    return await turn.promise;
  }

  function giveBack(connection: Connection) {
    lent.delete(connection);
    if (!connection.isLost) idle.push(connection);
    if (ending && lent.size === 0) ending.resolve();
    waiting.shift()?.resolve(next());
  }

  return {
    lend,
    giveBack,
    async use(body) {
      const connection = await lend();
      return await body(connection).finally(() => giveBack(connection));
    },
    async end() {
      if (ending) return await ending.promise;
      ending = Promise.withResolvers();
      for (const turn of waiting.splice(0)) turn.reject(new Error("Cannot use a pool that has ended"));
      if (lent.size === 0) ending.resolve();
      const timer = setTimeout(ending.resolve, END_PATIENCE);
      await ending.promise;
      clearTimeout(timer);
      await Promise.all([...idle, ...lent].map((connection) => connection.end()));
    },
  };
}
