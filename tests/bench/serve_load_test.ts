import assert from "@std/assert";
import { loadedInTurn } from "./_serve_load.ts";

Deno.test("loadedInTurn() asks about other people in each round, and tells how many lists were remembered", async () => {
  const asked: string[] = [];
  let looks = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname !== "/metrics") {
      asked.push(pathname);
      return new Response("a list");
    }
    // Between two looks, three of four lists were there.
    looks++;
    const line = (result: string, n: number) => `matinee_list_cache_total{result="${result}"} ${n}\n`;
    return new Response(line("hit", 3 * looks) + line("miss", looks));
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const people = { users: 2 ** 30, movies: 1, seconds: 0.3, warmUp: 0.1 };
  const [found] = await loadedInTurn([{ url, cpuSeconds: () => 0 }], people);
  await server.shutdown();
  assert.ok(found.all.n > 100 && asked.length > found.all.n, `${found.all.n} of ${asked.length}`);
  const different = new Set(asked).size;
  assert.ok(different > 0.99 * asked.length, `${different} people in ${asked.length} requests`);
  assert.equal(found.remembered, 0.75);
});
