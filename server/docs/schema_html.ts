/** A schema as a person reads it: its type in a few words, its fields as a table. */
import type { ApiDocument, Schema } from "./document_types.ts";
import { html, type Markup, prose } from "./html.ts";

/** Fields of objects in fields are shown this far down. */
const DEEPEST = 3;

/** `schema`, or what it refers to. */
export function resolved(schema: Schema, { components }: ApiDocument): Schema {
  const name = schema.$ref?.split("/").at(-1);
  if (name === undefined) return schema;
  const { $ref: _, ...rest } = schema;
  return { ...components?.schemas?.[name], ...rest };
}

/** Type, bounds and default in a few words. */
export function typeOf(schema: Schema, document: ApiDocument): string {
  const found = resolved(schema, document);
  const choices = found.anyOf ?? found.oneOf;
  if (choices) return choices.map((choice) => typeOf(choice, document)).join(" or ");
  const types = [found.type ?? "anything"].flat();
  const name = found.enum
    ? found.enum.map((value) => JSON.stringify(value)).join(", ")
    : types.map((type) => type === "array" ? `list of ${typeOf(found.items ?? {}, document)}` : type).join(
      " or ",
    );
  const { minimum, maximum, multipleOf } = found;
  const bounds = [
    minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : "",
    minimum !== undefined && maximum === undefined ? `at least ${minimum}` : "",
    multipleOf !== undefined ? `in steps of ${multipleOf}` : "",
    found.maxItems !== undefined ? `at most ${found.maxItems}` : "",
    found.default !== undefined ? `default ${JSON.stringify(found.default)}` : "",
  ].filter((part) => part !== "");
  return [name, ...bounds].join(", ");
}

/** The fields of an object, and of the objects in it; nothing for another type. */
export function fieldsOf(schema: Schema, document: ApiDocument): Markup | "" {
  const rows = rowsOf(schema, document, "", 0);
  if (rows.length === 0) return "";
  return table("Field", rows);
}

/** What has a name, a type and a meaning, one a row. */
export function table(name: string, rows: readonly Markup[]): Markup {
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">${name}</th>
          <th scope="col">Type</th>
          <th scope="col">What it is</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}

function rowsOf(schema: Schema, document: ApiDocument, prefix: string, depth: number): Markup[] {
  const found = resolved(schema, document);
  const nested = found.items ??
    (found.anyOf ?? found.oneOf ?? found.allOf)?.find((choice) =>
      resolved(choice, document).properties !== undefined
    );
  if (!found.properties) return nested ? rowsOf(nested, document, prefix, depth) : [];
  const required = new Set(found.required);
  return Object.entries(found.properties).flatMap(([name, field]) => {
    const path = prefix + name;
    const optional = required.has(name) ? "" : html`
      <small>optional</small>
    `;
    const row = html`
      <tr>
        <td><code>${path}</code>${optional}</td>
        <td>${typeOf(field, document)}</td>
        <td>${prose(resolved(field, document).description ?? "")}</td>
      </tr>
    `;
    const isList = resolved(field, document).items !== undefined;
    const inner = depth < DEEPEST ? rowsOf(field, document, `${path}${isList ? "[]" : ""}.`, depth + 1) : [];
    return [row, ...inner];
  });
}
