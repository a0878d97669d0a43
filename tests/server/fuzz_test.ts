/** Every route, from its own description: no request of any kind is answered with a failure of the server. */
import assert from "@std/assert";
import { Ajv2020 } from "ajv/2020";
import fc from "fast-check";
import { readKeys } from "../../server/http/keys.ts";
import { testPool } from "../support/database.ts";
import { arbitraryOf, type JsonSchema } from "../support/schema_arbitrary.ts";
import { snapshotParts } from "../support/snapshot.ts";
import { createArchive } from "./_archive.ts";
import { servingOf } from "./_serving.ts";
import { writingApp } from "./_writing.ts";

const KEY = "k".repeat(24);
const PARTS = snapshotParts();
/** Requests to each route. */
const RUNS = 25;

interface Operation {
  method: string;
  path: string;
  parameters?: { name: string; in: string; required?: boolean; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
}

interface Document {
  paths: Record<string, Record<string, Omit<Operation, "method" | "path">>>;
}

interface Sent {
  url: string;
  init: RequestInit;
}

const operationsOf = ({ paths }: Document): Operation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation }))
  );

/** Requests as the description has them, but for the share `broken` of their values. */
function requestsTo(operation: Operation, root: Document, broken: number): fc.Arbitrary<Sent> {
  const { method, path, parameters = [], requestBody } = operation;
  const source = { root, broken };
  const named = (place: string) => {
    const own = parameters.filter((parameter) => parameter.in === place);
    const values = own.map(({ name, schema }) => [name, arbitraryOf(schema, source)]);
    const required = own.filter((parameter) => parameter.required).map(({ name }) => name);
    return fc.record<Record<string, unknown>>(Object.fromEntries(values), { requiredKeys: required });
  };
  const body = requestBody?.content["application/json"];
  const text = body
    ? arbitraryOf(body.schema, source).map((value) => JSON.stringify(value))
    : fc.constant(undefined);
  const spoiled = fc.tuple(text, fc.option(fc.constantFrom("{", "", "\0", "[1,", '"'), { freq: 10 }))
    .map(([good, bad]) => broken > 0 && bad !== null && good !== undefined ? bad : good);
  return fc.tuple(named("path"), named("query"), named("header"), spoiled).map((
    [places, query, headers, body],
  ) => ({
    url: `${filled(path, places)}${queryOf(query)}`,
    init: {
      method,
      body,
      headers: {
        "x-api-key": KEY,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, encodeURIComponent(plain(value))]),
        ),
      },
    },
  }));
}

const plain = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value) ?? "";
const encoded = (value: unknown) => encodeURIComponent(plain(value).toWellFormed());

/** An empty segment, or one of dots, would be another path. */
const filled = (path: string, places: Record<string, unknown>) =>
  path.replace(/\{(\w+)\}/g, (_, name) => encoded(places[name]).replace(/^\.{0,2}$/, "0"));

function queryOf(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).map(([name, value]) =>
    `${encoded(name)}=${Array.isArray(value) ? value.map(encoded).join(",") : encoded(value)}`
  );
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

/** Checks that answers are as the description has them. */
function createJudge(document: Document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "document", ...document });
  const located = (schema: JsonSchema): JsonSchema =>
    JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/'));
  return async ({ path, method, responses }: Operation, { url, init }: Sent, response: Response) => {
    const asked = `${method} ${url} ${init.body ?? ""}`;
    const text = await response.text();
    assert.ok(
      response.status < 500 || isMeant(response.status, text),
      `${asked}: ${response.status} ${text}`,
    );
    const described = responses[response.status];
    assert.ok(described, `${method} ${path} says nothing of ${response.status}: ${asked}: ${text}`);
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = described.content?.[type]?.schema;
    if (!schema || !type.endsWith("json")) return;
    const isValid = ajv.compile(located(schema));
    assert.ok(
      isValid(JSON.parse(text)),
      `${asked}: ${JSON.stringify(isValid.errors?.[0])} in ${text.slice(0, 500)}`,
    );
  };
}

/** 503 that says what is missing is an answer; a server that fails is none. */
function isMeant(status: number, text: string): boolean {
  return status === 503 && !/urn:matinee:problem:(internal|database-down|nothing-to-serve)/.test(text);
}

for (const [kind, broken] of [["described", 0], ["broken", 0.15]] as const) {
  Deno.test(`no ${kind} request to any route fails, and each answer is as described`, async () => {
    await using db = await testPool();
    await createArchive(db, PARTS);
    const access = { keys: readKeys(`all:read,write,operate:${KEY}`, "the test"), isLoopback: true };
    const { app, log } = writingApp(db, await servingOf(PARTS), { access });
    const document: Document = await (await app.request("/openapi.json")).json();
    const judge = createJudge(document);
    for (const operation of operationsOf(document)) {
      const property = fc.asyncProperty(requestsTo(operation, document, broken), async (sent) => {
        await judge(operation, sent, await app.request(sent.url, sent.init));
      });
      await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
    }
    assert.deepEqual(log.lines.filter((line) => line.startsWith("warn a request failed")), []);
  });
}
