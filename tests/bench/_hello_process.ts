/** The least that a server on Hono can do. */
import { Hono } from "@hono/hono";

if (import.meta.main) {
  const app = new Hono().get("/users/:id/recommendations", (c) => c.text("Hello, world"));
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) =>
      Deno.stdout.writeSync(new TextEncoder().encode(`listening on http://127.0.0.1:${port}/\n`)),
  }, (request) => app.fetch(request));
}
