import assert from "@std/assert";
import { snapshotParts } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";

const PARTS = snapshotParts();

const BAD_INPUT: Record<string, { status: number; kind: string; detail: RegExp }> = {
  "/users/x/recommendations": {
    status: 400,
    kind: "bad-parameter",
    detail: /user id .* 0 to 2147483647: found "x"/,
  },
  "/users/-1/recommendations": { status: 400, kind: "bad-parameter", detail: /found "-1"/ },
  "/users/1.5/recommendations": { status: 400, kind: "bad-parameter", detail: /found "1.5"/ },
  "/users/2147483648": { status: 400, kind: "bad-parameter", detail: /found "2147483648"/ },
  "/users/%00": { status: 400, kind: "bad-parameter", detail: /user id/ },
  "/users/%ff": { status: 400, kind: "bad-parameter", detail: /user id/ },
  "/movies/0x10": { status: 400, kind: "bad-parameter", detail: /movie id .* found "0x10"/ },
  "/users/3/recommendations?n=0": {
    status: 400,
    kind: "bad-parameter",
    detail: /n .* from 1 to 100: found "0"/,
  },
  "/users/3/recommendations?n=101": { status: 400, kind: "bad-parameter", detail: /found "101"/ },
  "/users/3/recommendations?n=": { status: 400, kind: "bad-parameter", detail: /found ""/ },
  "/users/3/recommendations?n=ten": { status: 400, kind: "bad-parameter", detail: /found "ten"/ },
  "/users/4": { status: 404, kind: "unknown-user", detail: /user 4/ },
  "/movies/11": { status: 404, kind: "unknown-movie", detail: /movie 11/ },
  "/nowhere": { status: 404, kind: "unknown-route", detail: /"\/nowhere"/ },
  "/users/3/recommendations/": { status: 404, kind: "unknown-route", detail: /nothing at/ },
};

for (const [path, { status, kind, detail }] of Object.entries(BAD_INPUT)) {
  Deno.test(`GET ${path} is a problem of kind ${kind}`, async () => {
    const response = await appOn(await servingOf(PARTS)).app.request(path);
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    const problem = await response.json();
    assert.equal(problem.type, `urn:matinee:problem:${kind}`);
    assert.equal(problem.status, status);
    assert.match(problem.detail, detail);
    assert.equal(problem.request_id, response.headers.get("x-request-id"));
  });
}

Deno.test("POST to a known path is a problem that names the methods", async () => {
  const { app } = appOn(await servingOf(PARTS));
  const taken: Record<string, string> = {
    "/users/3/recommendations": "GET, HEAD",
    "/users/3": "GET, HEAD, DELETE",
    "/movies/10": "GET, HEAD",
    "/recommend": "POST",
    "/stats": "GET, HEAD",
    "/health/ready": "GET, HEAD",
    "/": "GET, HEAD",
  };
  for (const [path, allowed] of Object.entries(taken)) {
    const others = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"].filter((name) =>
      !allowed.includes(name)
    );
    for (const method of others) {
      const response = await app.request(path, { method });
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.equal(response.headers.get("allow"), allowed);
      assert.equal((await response.json()).type, "urn:matinee:problem:wrong-method");
    }
  }
});

Deno.test("every data route without anything to serve says which command to type", async () => {
  const { app } = appOn(null);
  for (const path of ["/users/3/recommendations", "/users/3", "/movies/10", "/stats"]) {
    const response = await app.request(path);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "10");
    assert.equal((await response.json()).next, "deno task daily");
  }
});

Deno.test("an internal error tells the log everything and the client nothing", async () => {
  const serving = await servingOf(PARTS);
  const { app, log } = appOn({
    ...serving,
    snapshot: {
      ...serving.snapshot,
      userIndex() {
        throw new Error("secret: /etc/matinee");
      },
    },
  });
  const response = await app.request("/users/3");
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.ok(!text.includes("secret") && !text.includes("at "));
  const id = response.headers.get("x-request-id");
  assert.ok(text.includes(id ?? "none"));
  assert.ok(
    log.lines.some((line) => line.includes("secret: /etc/matinee") && line.includes(`request_id=${id}`)),
  );
});
