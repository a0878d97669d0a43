/** Says what a Polars program may do: run it with the permission set that `filter()` uses. */
const names = ["read", "write", "net", "env", "sys", "run", "ffi"] as const;
const states = await Promise.all(
  names.map(async (name) => [name, (await Deno.permissions.query({ name })).state]),
);
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(Object.fromEntries(states))));
