/** Every model of the family, and each preset of one, with a small world to be fitted on. */
import { FAMILY } from "../../models/family.ts";
import type { FitOptions, Model, Scorer } from "../../models/model.ts";
import { type Moment, observe } from "../../models/ratings.ts";
import { datasetOf, emptyMoment, ratingsOf, seededPeople, seededRows } from "./ratings.ts";
import { compute } from "./compute.ts";

export const { catalogue, rows } = seededRows(1500);
export const dataset = { ...datasetOf(catalogue, ratingsOf(rows), 400), people: seededPeople(30) };
export const options: FitOptions = {
  seed: 5,
  signal: new AbortController().signal,
  compute,
  log() {},
  progress() {},
};

/** After the last rating of `dataset`. */
export function momentOfAll(): Moment {
  const moment = { ...emptyMoment(catalogue), people: dataset.people };
  const ratings = ratingsOf(rows);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  return moment;
}

/** Presets beside the one that a model has by itself. */
const PRESETS: [keyof typeof FAMILY, Record<string, unknown>][] = [
  ["two_tower", { preset: "content", epochs: 2 }],
  ["two_tower", { preset: "content", features: "deviations", epochs: 2 }],
  ["cascade", {
    retriever: { model: "two_tower", config: { preset: "content", dimension: 8, epochs: 1 } },
    ranker: { by: "rating", config: { hidden: [16, 8], epochs: 1 } },
  }],
  ["two_tower", { preset: "cosine", epochs: 2 }],
  ["two_tower", { preset: "demographic", epochs: 2 }],
  ["two_tower", { preset: "hybrid", epochs: 2 }],
];

/** Hyperparameters for models whose own take long. */
const QUICK: Partial<Record<keyof typeof FAMILY, Record<string, unknown>>> = {
  ranker: { hidden: [16, 8], epochs: 2, towers: { preset: "content", dimension: 8, epochs: 1 } },
  cascade: { retriever: { model: "two_tower", config: { preset: "hybrid", epochs: 1 } } },
};

export type FamilyCase = [name: string, model: Model, config: Record<string, unknown>];

export const CASES: readonly FamilyCase[] = [
  ...Object.entries<Model>(FAMILY).map(([name, model]): FamilyCase => {
    return [name, model, new Map(Object.entries(QUICK)).get(name) ?? {}];
  }),
  ...PRESETS.map(([name, config]): FamilyCase => [
    [name, config.ranker ? "by rating" : config.preset, config.features].filter(Boolean).join(" "),
    FAMILY[name],
    config,
  ]),
];

/** Those that are networks, which other tools open. */
export const NETWORKS = CASES.filter(([name]) => /^(two_tower|ranker)\b/.test(name));

/** Questions to a portable scorer: each input's rows, and what the scorer itself predicts. */
export function askedOf(scorer: Scorer, moment: Moment) {
  const portable = scorer.portable!();
  const pairs = [0, 17, 29, 39, 500].flatMap((user) => [3, 42, 59].map((movie) => [user, movie]));
  const rows = pairs.map(([user, movie]) => portable.inputs(moment, user, movie));
  const inputs = Object.fromEntries(portable.network.inputs.map((name) => {
    const values = rows.flatMap((row) => Array.from(row[name]));
    const layer = portable.network.layers.find((layer) => layer.name === name)!;
    const isRow = layer.op === "input" && layer.type === "int32";
    return [name, isRow ? Int32Array.from(values) : Float32Array.from(values)];
  }));
  const wanted = pairs.map(([user, movie]) => scorer.predict!(moment, user, movie));
  return { ...portable, inputs, wanted, n: pairs.length };
}
