/** The models that a cascade retrieves with, or listens to: any of the family that ranks by itself. */
import { z } from "zod";
import { als } from "../als/fit.ts";
import type { Container } from "../container.ts";
import type { Dataset } from "../dataset.ts";
import { ease } from "../ease/fit.ts";
import { itemKnn } from "../item_knn/fit.ts";
import type { FitOptions, Fitted, Model, Retriever, Scorer, VectorsOf } from "../model.ts";
import { popularity } from "../popularity.ts";
import type { Moment } from "../ratings.ts";
import { hash32 } from "../rng.ts";
import { twoTower } from "../two_tower/presets.ts";

const MEMBERS = { two_tower: twoTower, als, ease, item_knn: itemKnn, popularity } satisfies Record<
  string,
  Model
>;

export type MemberName = keyof typeof MEMBERS;

/** One member: a model's name, and its own hyperparameters. */
export const memberSchema = z.strictObject({
  model: z.enum(Object.keys(MEMBERS) as [MemberName, ...MemberName[]]).describe("Its name."),
  config: z.record(z.string(), z.unknown()).default({}).describe("Its own hyperparameters."),
}).check(({ value: { model, config }, issues }) => {
  for (const { path, message } of MEMBERS[model].config.safeParse(config).error?.issues ?? []) {
    issues.push({ code: "custom", path: ["config", ...path], message, input: config });
  }
});

export type Member = z.infer<typeof memberSchema>;

/** Fits every member on `dataset`, one after the other, each with dice of its own. */
export async function fitMembers(
  dataset: Dataset,
  members: readonly Member[],
  options: FitOptions,
): Promise<Fitted[]> {
  const fitted: Fitted[] = [];
  for (const [place, { model, config }] of members.entries()) {
    const seed = hash32(options.seed, place);
    fitted.push(await MEMBERS[model].fit(dataset, config, { ...options, seed, warmFrom: undefined }));
  }
  return fitted;
}

/** The retrievers of `scorers`, as of `moment`. @throws {TypeError} when one of them does not rank. */
export function retrieversOf(
  scorers: readonly Scorer[],
  moment: Moment,
  vectorsOf?: VectorsOf,
): Retriever[] {
  return scorers.map((scorer) => {
    if (scorer.retriever) return scorer.retriever(moment, vectorsOf);
    throw new TypeError(`Cannot retrieve with "${scorer.model}" as it only rates: wanted a model that ranks`);
  });
}

/** Their artifacts in one: arrays of member 2 are called `2/…`. */
export function packMembers(artifacts: readonly Container[]): Container {
  const arrays = artifacts.flatMap((artifact, place) =>
    Object.entries(artifact.arrays).map(([name, array]) => [`${place}/${name}`, array] as const)
  );
  return { header: { members: artifacts.map(({ header }) => header) }, arrays: Object.fromEntries(arrays) };
}

/** @throws {SyntaxError} when a member's part is missing, or damaged. */
export function openMembers(members: readonly Member[], { header, arrays }: Container): Scorer[] {
  const headers = z.array(z.record(z.string(), z.json())).length(members.length).safeParse(header.members);
  if (!headers.success) {
    throw new SyntaxError(
      `Cannot open the artifact as it should have ${members.length} members: found other`,
    );
  }
  return members.map(({ model }, place) => {
    const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${place}/`));
    const named = own.map(([name, array]) => [name.slice(`${place}/`.length), array] as const);
    return MEMBERS[model].open({ header: headers.data[place], arrays: Object.fromEntries(named) });
  });
}
