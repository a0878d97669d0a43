/** The OpenAPI 3.1 document of an application. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "./env.ts";

const ABOUT =
  `What should this person watch next? Lists of movies that a person has not seen, with reasons, and the
facts behind them. Every answer carries \`x-request-id\`, and the version of the model that is served
(\`x-model-version\`). Everything that goes wrong is answered with RFC 9457 problem details.

**Keys.** Reading is open where the server listens on this machine only (loopback); rating and feedback are, too, as
long as no key is configured. Anywhere else, and for operating, requests carry a key:
\`Authorization: Bearer KEY\`, or \`x-api-key: KEY\`. Each key has scopes: read, write, operate.

**Limits.** Each key, else each address, may send so many requests a minute (\`ratelimit-…\` headers; 429 with
\`retry-after\`). A body has 1 MiB at most.`;

const TAGS = [
  { name: "recommendations", description: "Lists, for people and for guests." },
  { name: "users", description: "What is known of a person." },
  { name: "movies", description: "Facts, search, and what is like what." },
  { name: "ratings", description: "What people say of movies; needs the scope write." },
  { name: "feedback", description: "What people do with lists; needs the scope write." },
  {
    name: "runs",
    description: "The days: what ran, what runs, and asking for one; asking needs the scope operate.",
  },
  {
    name: "models",
    description: "Versions, their metrics and verdicts, drift; changing what is served needs operate.",
  },
  { name: "data", description: "What the archive is made of, as lists; each as CSV, too." },
  { name: "operation", description: "Health and numbers, for those on call." },
  { name: "documentation", description: "This document, and pages made of it." },
];

/** All that is there at the moment: comes after the last route. */
export function documentOf(app: OpenAPIHono<Env>) {
  const describe = (how: string) => `A key of the server's with the scope that the route names, ${how}.`;
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: describe("as `Authorization: Bearer KEY`"),
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "api_key", {
    type: "apiKey",
    in: "header",
    name: "x-api-key",
    description: describe("as `x-api-key: KEY`"),
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Matinee", version: "1", description: ABOUT },
    servers: [{ url: "/", description: "The server that gave you this document." }],
    tags: TAGS,
  });
}
