import assert from "@std/assert";
import { join } from "node:path";
import { loadNative } from "../../../models/engines/_tfjs_native.ts";
import { setUpTfjsNode } from "../../../tasks/setup/tfjs_node.ts";

/** A program that does `script` in place of Deno. */
async function pretend(home: string, script: string): Promise<string> {
  const path = join(home, "pretend");
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "matinee_setup_" });
  try {
    await work(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("setUpTfjsNode() leaves nothing behind when the package cannot be fetched, and says what to do", () =>
  inHome(async (home) => {
    const deno = await pretend(home, 'mkdir node_modules; echo "error: connect ETIMEDOUT" >&2; exit 1');
    await assert.rejects(
      setUpTfjsNode({ home, deno }),
      /"deno install" failed:\s+error: connect ETIMEDOUT\nNothing was installed.*Next: deno task setup:tfjs-node/s,
    );
    assert.deepEqual(namesIn(home), ["pretend"]);
  }));

Deno.test("setUpTfjsNode() keeps what worked when a new installation does not load", () =>
  inHome(async (home) => {
    await Deno.mkdir(join(home, "tfjs-node"));
    await Deno.writeTextFile(join(home, "tfjs-node", "mine"), "");
    const deno = await pretend(home, 'test "$1" = install && exit 0; echo "no libtensorflow.so" >&2; exit 1');
    await assert.rejects(setUpTfjsNode({ home, deno }), /"deno eval" failed:\s+no libtensorflow/);
    assert.deepEqual([namesIn(home), namesIn(join(home, "tfjs-node"))], [["pretend", "tfjs-node"], ["mine"]]);
  }));

Deno.test("setUpTfjsNode() puts the package in its place once it loads", () =>
  inHome(async (home) => {
    const deno = await pretend(home, 'test "$1" = install && mkdir node_modules; exit 0');
    assert.equal(await setUpTfjsNode({ home, deno }), join(home, "tfjs-node"));
    assert.deepEqual(namesIn(join(home, "tfjs-node")), ["deno.json", "node_modules"]);
  }));

Deno.test("loadNative() is silent where nothing is installed, and says why what is there does not load", () =>
  inHome(async (home) => {
    const said: string[] = [];
    const load = () => loadNative(home, (message) => said.push(message));
    assert.equal(await load(), false);
    assert.deepEqual(said, []);
    const dist = join(home, "node_modules/@tensorflow/tfjs-node/dist");
    await Deno.mkdir(dist, { recursive: true });
    await Deno.writeTextFile(join(dist, "index.js"), 'throw new Error("libtensorflow.so.2 is missing");');
    assert.equal(await load(), false);
    assert.match(said[0], /cannot be loaded, WebAssembly is taken instead: libtensorflow\.so\.2 is missing/);
  }));

Deno.test("loadNative() gives node:util what the package asks for, and loads it", () =>
  inHome(async (home) => {
    const dist = join(home, "node_modules/@tensorflow/tfjs-node/dist");
    await Deno.mkdir(dist, { recursive: true });
    const program =
      'import util from "node:util"; if (!util.isNullOrUndefined(null)) throw new Error("no shim");';
    await Deno.writeTextFile(join(dist, "index.js"), program);
    assert.equal(await loadNative(home, assert.fail), true);
  }));
