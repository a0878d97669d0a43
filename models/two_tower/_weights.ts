/** Weights of two towers ↔ a container: arrays `user.mean`, `user.scale`, `user.0.kernel`, `user.0.bias`, … */
import type { Container, TypedArray } from "../container.ts";
import type { Tower, Weights } from "./towers.ts";

/** The container of `weights`, under `header`. */
export function packWeights(header: Container["header"], weights: Weights): Container {
  const arrays: Container["arrays"] = {};
  for (const name of ["user", "movie"] as const) {
    const { mean, scale, layers } = weights[name];
    arrays[`${name}.mean`] = mean;
    arrays[`${name}.scale`] = scale;
    layers.forEach(({ kernel, bias }, l) => {
      arrays[`${name}.${l}.kernel`] = kernel;
      arrays[`${name}.${l}.bias`] = bias;
    });
  }
  return { header: { ...header, log_scale: weights.logScale, offset: weights.offset }, arrays };
}

/** @throws {SyntaxError} when an array is missing, or does not fit the layer before it. */
export function openWeights({ header, arrays }: Container): Weights {
  return {
    user: openTower("user", arrays),
    movie: openTower("movie", arrays),
    logScale: finite("log_scale", header.log_scale),
    offset: finite("offset", header.offset),
  };
}

function openTower(name: string, arrays: Container["arrays"]): Tower {
  const mean = floats(`${name}.mean`, arrays);
  const layers = [];
  let inputs = mean.length;
  while (arrays[`${name}.${layers.length}.bias`] || layers.length === 0) {
    const bias = floats(`${name}.${layers.length}.bias`, arrays);
    const kernel = floats(`${name}.${layers.length}.kernel`, arrays, inputs * bias.length);
    layers.push({ inputs, units: bias.length, kernel, bias });
    inputs = bias.length;
  }
  return { mean, scale: floats(`${name}.scale`, arrays, mean.length), layers };
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
