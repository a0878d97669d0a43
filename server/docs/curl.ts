/** One request that shows an operation, and the curl command that sends it. */
import type { ApiDocument, Operation, Schema } from "./document_types.ts";
import { resolved } from "./schema_html.ts";

const SERVER = "http://127.0.0.1:8000";

export interface Example {
  method: string;
  /** With its query. */
  path: string;
  body?: unknown;
  /** Whether it never goes without a key. */
  needsKey: boolean;
}

/** Made of the examples that the operation's schemas give; what is optional and has none is left out. */
export function exampleOf(
  { method, path, operation }: { method: string; path: string; operation: Operation },
  document: ApiDocument,
): Example {
  const { parameters = [], requestBody, security = [] } = operation;
  const valueOf = ({ schema }: { schema: Schema }) => resolved(schema, document).example;
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = parameters.find((each) => each.in === "path" && each.name === name);
    return encodeURIComponent(String(parameter && valueOf(parameter) || 1));
  });
  const query = parameters
    .filter((parameter) => parameter.in === "query" && valueOf(parameter) !== undefined)
    .map((parameter) =>
      `${parameter.name}=${
        [valueOf(parameter)].flat().map((value) => encodeURIComponent(String(value))).join(",")
      }`
    );
  const content = requestBody?.content["application/json"];
  return {
    method: method.toUpperCase(),
    path: query.length > 0 ? `${filled}?${query.join("&")}` : filled,
    body: content && (resolved(content.schema, document).example ?? {}),
    needsKey: security.some(({ bearer }) => bearer?.includes("operate")),
  };
}

/** What a person types. */
export function curlOf({ method, path, body, needsKey }: Example): string {
  const words = ["curl"];
  if (method !== (body === undefined ? "GET" : "POST")) words.push(`--request ${method}`);
  words.push(`'${SERVER}${path}'`);
  if (needsKey) words.push('--header "Authorization: Bearer $MATINEE_KEY"');
  if (body !== undefined) words.push(`--json '${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  return words.join(" ");
}
