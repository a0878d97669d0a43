import assert from "@std/assert";
import { callTree, type CpuProfile, flameGraph, startProfile } from "./_profile.ts";

const frame = (functionName: string, url = "") => ({ functionName, url, lineNumber: 6 });
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 3] },
    { id: 2, callFrame: frame("fit", "file:///x/models/fit.ts"), children: [4] },
    { id: 3, callFrame: frame("(idle)") },
    { id: 4, callFrame: frame("<step>", "file:///x/models/step.ts") },
  ],
  samples: [2, 4, 4, 3],
  timeDeltas: [100, 200, 300, 5_000],
};

Deno.test("callTree() adds up what a function and those it calls took, without idle time", () => {
  const { total, called } = callTree(PROFILE);
  assert.equal(total, 600);
  assert.deepEqual(called.map(({ name, place, total }) => [name, place, total]), [[
    "fit",
    "models/fit.ts:7",
    600,
  ]]);
  assert.deepEqual(called[0].called.map(({ name, total }) => [name, total]), [["<step>", 500]]);
});

Deno.test("flameGraph() is one page that asks for nothing else, names as text", () => {
  const page = flameGraph("a & b", PROFILE);
  assert.match(page, /<title>a &amp; b: 0.00 s in JavaScript<\/title>/);
  assert.match(page, /title="&lt;step> models\/step.ts:7, 1 ms, 83.3 %"/);
  assert.doesNotMatch(page, /src=|href=|@import/);
});

Deno.test("startProfile() finds the function that works", async () => {
  const end = await startProfile();
  let sum = 0;
  const busyLoop = () => {
    for (let i = 0; i < 5e7; i++) sum += Math.sqrt(i);
  };
  busyLoop();
  const profile = await end();
  assert.ok(sum > 0 && profile.nodes.some(({ callFrame }) => callFrame.functionName === "busyLoop"));
});
