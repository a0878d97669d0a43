/** What PostgreSQL is told at each start: `matinee.conf` in the data directory. */
import { join } from "node:path";
import type { Place } from "./place.ts";

/** For a machine with 2 cores and 4 GB or more, shared with Polars and the training, and up to 32M ratings. */
const SETTINGS = {
  max_connections: 60,
  shared_buffers: "256MB",
  effective_cache_size: "2GB",
  work_mem: "32MB",
  maintenance_work_mem: "256MB",
  // An import writes gigabytes of WAL: few, spread checkpoints instead of one every few seconds.
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  checkpoint_completion_target: 0.9,
  wal_compression: "on",
  // No replicas here, and minimal WAL lets a COPY into a table made in the same transaction skip it.
  wal_level: "minimal",
  max_wal_senders: 0,
  // Short queries; compiling one costs more than it runs.
  jit: "off",
  random_page_cost: 1.1,
  // Containers give /dev/shm 64 MB, which a parallel hash join can overflow.
  ...(Deno.build.os === "linux" ? { dynamic_shared_memory_type: "sysv" } : {}),
  // The same answers everywhere.
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  password_encryption: "scram-sha-256",
  log_line_prefix: "%m [%p] %a ",
};

/** Writes the settings; the port stays the one of the last start while it is free, so that clients find it again. */
export async function writeSettings({ data, socket }: Place): Promise<void> {
  const path = join(data, "matinee.conf");
  const before = await Deno.readTextFile(path).catch(() => "");
  const settings = {
    listen_addresses: "127.0.0.1",
    port: freePort(Number(/^port = '(\d+)'$/m.exec(before)?.[1] ?? 0)),
    unix_socket_directories: `"${socket}"`,
    unix_socket_permissions: "0700",
    ...SETTINGS,
  };
  const lines = Object.entries(settings).map(([name, value]) =>
    `${name} = '${String(value).replaceAll("'", "''")}'\n`
  );
  await Deno.writeTextFile(
    path,
    "# Written at each start. To change a setting for good: ALTER SYSTEM SET name = value.\n" +
      lines.join(""),
  );
}

/** `preferred` if nobody listens there, else any free port; 0 prefers none. */
function freePort(preferred: number): number {
  try {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: preferred });
    return listener.addr.port;
  } catch (error) {
    if (preferred === 0 || !(error instanceof Deno.errors.AddrInUse)) throw error;
    return freePort(0);
  }
}
