/** A worker that a request for /die kills, and that says on /who which it is. */
const name = crypto.randomUUID();
const serve = Deno.serve;

Object.assign(Deno, {
  serve: (options: Deno.ServeTcpOptions & { handler: Deno.ServeHandler<Deno.NetAddr> }) =>
    serve({
      ...options,
      handler(request, info) {
        const { pathname } = new URL(request.url);
        if (pathname === "/who") return new Response(name);
        if (pathname !== "/die") return options.handler(request, info);
        setTimeout(() => {
          throw new Error("killed by a request");
        }, 0);
        return new Promise(() => {});
      },
    }),
});

// Computed, so that no test run checks the types of the whole server once more for each worker.
const worker = "../../../server/process/worker.ts";
await import(worker);
