/**
 * Weights of two towers ↔ a container: arrays `user.mean`, `user.scale`, `user.table.0`, …, `user.0.kernel`,
 * `user.0.bias`, …
 */
import { z } from "zod";
import type { Container, Json, TypedArray } from "../container.ts";
import { type Head, HEADS } from "./heads.ts";
import type { Table, Tower, Weights } from "./towers.ts";

/** The container of `weights`, under `header`. */
export function packWeights(header: Container["header"], weights: Weights): Container {
  const arrays: Container["arrays"] = {};
  for (const name of ["user", "movie"] as const) {
    const { mean, scale, tables, layers } = weights[name];
    arrays[`${name}.mean`] = mean;
    arrays[`${name}.scale`] = scale;
    tables.forEach(({ values }, t) => arrays[`${name}.table.${t}`] = values);
    layers.forEach(({ kernel, bias }, l) => {
      arrays[`${name}.${l}.kernel`] = kernel;
      arrays[`${name}.${l}.bias`] = bias;
    });
  }
  const { head, logScale, offset, user, movie } = weights;
  const towers = { user: sizesOf(user), movie: sizesOf(movie) };
  return { header: { ...header, head, towers, log_scale: logScale, offset }, arrays };
}

/** What the arrays do not say of a tower. */
function sizesOf({ tables, dropout }: Tower): Json {
  return { table_dimensions: tables.map(({ dimension }) => dimension), dropout };
}

const sizes = z.object({
  table_dimensions: z.array(z.number().int().min(1)),
  dropout: z.number().min(0).lt(1),
});
const opened = z.object({
  head: z.enum(Object.keys(HEADS) as [Head, ...Head[]]).default("line"),
  towers: z.object({ user: sizes, movie: sizes }).optional(),
});

/** @throws {SyntaxError} when an array is missing, or does not fit the layer before it. */
export function openWeights({ header, arrays }: Container): Weights {
  const { success, data } = opened.safeParse(header);
  if (!success) {
    const found = JSON.stringify([header.head ?? null, header.towers ?? null]);
    throw new SyntaxError(
      `Cannot open the artifact as head and towers should describe a network: found ${found}`,
    );
  }
  return {
    user: openTower("user", arrays, data.towers?.user),
    movie: openTower("movie", arrays, data.towers?.movie),
    head: data.head,
    logScale: finite("log_scale", header.log_scale),
    offset: finite("offset", header.offset),
  };
}

/** Artifacts without sizes are from before there were tables. */
function openTower(
  name: string,
  arrays: Container["arrays"],
  { table_dimensions, dropout }: z.infer<typeof sizes> = { table_dimensions: [], dropout: 0 },
): Tower {
  const tables = table_dimensions.map((dimension, t): Table => {
    const values = floats(`${name}.table.${t}`, arrays);
    if (values.length > 0 && values.length % dimension === 0) {
      return { rows: values.length / dimension, dimension, values };
    }
    throw new SyntaxError(
      `Cannot open the artifact as ${name}.table.${t} should hold rows of ${dimension}: found ${values.length} floats`,
    );
  });
  const mean = floats(`${name}.mean`, arrays);
  const layers = [];
  let inputs = tables.reduce((sum, { dimension }) => sum + dimension, mean.length);
  while (arrays[`${name}.${layers.length}.bias`] || layers.length === 0) {
    const bias = floats(`${name}.${layers.length}.bias`, arrays);
    const kernel = floats(`${name}.${layers.length}.kernel`, arrays, inputs * bias.length);
    layers.push({ inputs, units: bias.length, kernel, bias });
    inputs = bias.length;
  }
  return { tables, mean, scale: floats(`${name}.scale`, arrays, mean.length), layers, dropout };
}

function floats(name: string, arrays: Container["arrays"], length?: number): Float32Array {
  const found: TypedArray | undefined = arrays[name];
  if (found instanceof Float32Array && found.length === (length ?? found.length)) return found;
  const what = found ? `${found.length} of ${found.constructor.name}` : "nothing";
  throw new SyntaxError(
    `Cannot open the artifact as ${name} should be ${length ?? "some"} floats: found ${what}`,
  );
}

function finite(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new SyntaxError(
    `Cannot open the artifact as ${name} should be a number: found ${JSON.stringify(value)}`,
  );
}
