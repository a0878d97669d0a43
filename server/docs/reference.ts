/** The page of all routes, made of the OpenAPI document: one long page, so that the browser's own search finds all. */
import { curlOf, exampleOf } from "./curl.ts";
import type { ApiDocument, Operation, Parameter } from "./document_types.ts";
import { html, type Markup, prose } from "./html.ts";
import { page } from "./layout.ts";
import { fieldsOf, resolved, table, typeOf } from "./schema_html.ts";

interface Route {
  method: string;
  path: string;
  operation: Operation;
}

export function referencePage(document: ApiDocument): string {
  const routes = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Route => ({ method, path, operation }))
  );
  const groups = (document.tags ?? [])
    .map(({ name, description = "" }) => ({
      name,
      description,
      routes: routes.filter(({ operation }) => operation.tags?.includes(name)),
    }))
    .filter((group) => group.routes.length > 0);
  const body = html`${prose(document.info.description ?? "")}
<nav aria-label="Routes">${
    groups.map(({ name, routes }) =>
      html`
        <h2>${name}</h2>
        <ul>${routes.map(entry)}</ul>
      `
    )
  }</nav>
${
    groups.map(({ name, description, routes }) =>
      html`<section aria-labelledby="${name}">
  <h2 id="${name}">${name}</h2>
  ${prose(description)}
  ${routes.map((route) => article(route, document))}
</section>`
    )
  }`;
  return page({ path: "/docs", title: "Reference", body });
}

const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;
const anchorOf = ({ method, path }: Route) => `${method}${path.replaceAll(/[^\w]+/g, "-")}`.replace(/-$/, "");

const entry = (route: Route) =>
  html`<li><a href="#${anchorOf(route)}"><code>${nameOf(route)}</code></a> ${
    route.operation.summary ?? ""
  }</li>`;

function article(route: Route, document: ApiDocument): Markup {
  const { operation } = route;
  const body = operation.requestBody?.content["application/json"]?.schema;
  return html`<article>
  <h3 id="${anchorOf(route)}"><code>${nameOf(route)}</code></h3>
  <p><strong>${operation.summary ?? ""}.</strong> ${keyOf(operation)}</p>
  ${prose(operation.description ?? "")}
  <pre tabindex="0"><code>${curlOf(exampleOf(route, document))}</code></pre>
  ${parametersOf(operation.parameters ?? [], document)}
  ${body ? html`<h4>Body</h4>${fieldsOf(body, document)}` : ""}
  <h4>Answers</h4>
  ${answersOf(operation, document)}
</article>`;
}

function keyOf({ security = [] }: Operation): string {
  const scope = security[0]?.bearer?.[0];
  return scope ? `Scope: ${scope}.` : "Needs no key.";
}

function parametersOf(parameters: readonly Parameter[], document: ApiDocument): Markup | "" {
  if (parameters.length === 0) return "";
  const rows = parameters.map((parameter) =>
    html`
      <tr>
        <td><code>${parameter.name}</code> <small>${parameter.in}${parameter.required
          ? ""
          : ", optional"}</small></td>
        <td>${typeOf(parameter.schema, document)}</td>
        <td>${prose(parameter.description ?? resolved(parameter.schema, document).description ?? "")}</td>
      </tr>
    `
  );
  return html`
    <h4>Parameters</h4>
    ${table("Name", rows)}
  `;
}

function answersOf({ responses }: Operation, document: ApiDocument): Markup[] {
  return Object.entries(responses).map(([status, { description, content = {} }]) => {
    const [type, shape] = Object.entries(content)[0] ?? [];
    const fields = shape && type !== "application/problem+json" ? fieldsOf(shape.schema, document) : "";
    const head = html`<code>${status}</code> ${prose(description)} <small>${type ?? ""}</small>`;
    return fields === ""
      ? html`<div class="answer">${head}</div>`
      : html`<details class="answer"><summary>${head}</summary>${fields}</details>`;
  });
}
