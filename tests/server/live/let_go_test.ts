import assert from "@std/assert";
import { letGo } from "../../../server/live/let_go.ts";

Deno.test("letGo() has the engine give back a snapshot that nothing refers to any more", async () => {
  const SIZE = 40 << 20;
  const pages = SIZE / 65_536;
  let memory: WebAssembly.Memory | null = new WebAssembly.Memory({
    initial: pages,
    maximum: pages,
    shared: true,
  });
  const reference = new WeakRef(memory);
  letGo(SIZE);
  assert.ok(reference.deref(), "it is in use");
  memory = null;
  letGo(1 << 20);
  // A reference that was looked at holds until the job is over.
  await new Promise((resolve) => setTimeout(resolve, 0));
  letGo(SIZE);
  assert.equal(reference.deref(), undefined);
});
