/** The embedded PostgreSQL of a test's own home, seen from outside: found, killed, and ended whatever the test left. */
import { join } from "node:path";
import { placeFor } from "../../sql/_launcher/place.ts";
import { until } from "./until.ts";

/** A home in a folder of its own; disposing of it ends its server, if one still runs, and removes all. */
export async function ownHome(prefix: string): Promise<{ home: string } & AsyncDisposable> {
  const home = await Deno.makeTempDir({ prefix });
  await Deno.chmod(home, 0o755); // the database's user must get through
  return {
    home,
    async [Symbol.asyncDispose]() {
      await endServer(home);
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** Process id of the server of `home`; null: none runs. */
export async function serverOf(home: string): Promise<number | null> {
  const { data } = await placeFor(home);
  const file = await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => null);
  return file === null ? null : Number(file.split("\n")[0]);
}

/** Ends the server of `home`, whoever has sessions there; resolves when it is gone. */
export async function endServer(home: string): Promise<void> {
  const pid = await serverOf(home);
  if (pid === null || !signalTo(pid, "SIGINT")) return;
  await until(async () => await serverOf(home) === null, "PostgreSQL ends", 60);
}

/** Processes that the server has started. */
export async function childrenOf(server: number): Promise<number[]> {
  const pids = await Deno.readTextFile(`/proc/${server}/task/${server}/children`);
  return pids.trim().split(" ").map(Number);
}

/** @returns whether the process was there. */
export function signalTo(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    // The server ends its other processes by itself when one has died.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
