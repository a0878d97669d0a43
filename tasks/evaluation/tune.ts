/** `deno task tune`: hyperparameters by search inside train, which goes on where it was killed. */
import { createHash } from "node:crypto";
import { bestOf, halve, type Outcome, rungsOf } from "../../models/auto/halving.ts";
import { lossOf } from "../../models/auto/loss.ts";
import { momentAfter } from "../../models/evaluation/frozen.ts";
import type { FitOptions } from "../../models/model.ts";
import { observe, type Ratings } from "../../models/ratings.ts";
import { UsageError } from "../runner/errors.ts";
import { compute } from "./compute.ts";
import type { World } from "./evaluate.ts";
import { openJournal } from "./journal.ts";
import { measured } from "./measured.ts";
import type { Options } from "./options.ts";
import { LEAST_STARS, likedFrom } from "./scale.ts";
import { configOf, readTuneRequest, type TuneRequest } from "./tune_request.ts";
import { cutAs, cutBySplit, shareOf, type TuningData } from "./tuning_data.ts";
import { type EvaluationWorld, readWorld } from "./world.ts";

export async function tune(options: Options, world: World): Promise<void> {
  const asked = readTuneRequest(options);
  world.say(`reading ${asked.files.train}`);
  const files = await readWorld(asked.files, world.signal);
  const data = await cut(files, asked, world.signal);
  world.say(`validation: ${data.reason}`);
  const journal = await openJournal(asked.resume, {
    model: asked.name,
    set: asked.fixed,
    space: asked.space,
    protocol: asked.protocol,
    n: asked.n,
    seed: asked.seed,
    validation: data.reason,
    train: fingerprint(files.train),
    relevant: asked.relevant ?? null,
    split: asked.files.test === undefined ? asked.split : null,
    movies: await fingerprintOf(asked.files.movies),
    users: await fingerprintOf(asked.files.users),
  });
  if (journal.nKept > 0) world.say(`${journal.nKept} outcomes were in ${asked.resume}`);
  const begun = performance.now();
  const people = new Set(data.asked.users).size;
  const outcomes = await halve({
    nTrials: asked.nTrials,
    shares: rungsOf(people),
    isOver: () => performance.now() - begun > asked.budgetMs,
    loss: async (trial, share) => {
      const known = journal.of(trial, share);
      if (known !== undefined) return known.loss;
      const config = configOf(asked, trial);
      const { value: loss, spent } = await measured(() => lossOfTrial(config, { share, data, asked, world }));
      await journal.add({ trial, share, loss, cpu_s: spent.cpu_s });
      world.say(trialText({ trial, share, loss }, { asked, config }));
      return loss;
    },
  });
  world.out(resultOf(outcomes, { asked, data, isJson: options.switches.has("json") }));
}

async function cut(files: EvaluationWorld, asked: TuneRequest, signal: AbortSignal): Promise<TuningData> {
  const { protocol, n, seed, split } = asked;
  const liked = asked.relevant ?? likedFrom(files.scale);
  const relevantFrom = Number.isFinite(liked) ? files.scale.toStars(liked) : LEAST_STARS;
  if (files.test === null) return cutBySplit(files, { protocol, relevantFrom, n }, { split, seed });
  const { users, ratedAt } = files.test;
  return await cutAs(files, { protocol, users, ratedAt, relevantFrom, n }, { seed, signal });
}

async function lossOfTrial(
  config: Record<string, unknown>,
  { share, data, asked, world }: { share: number; data: TuningData; asked: TuneRequest; world: World },
): Promise<number | null> {
  const { signal, say } = world;
  const part = await shareOf(data, share, asked.seed);
  const fitting: FitOptions = {
    seed: asked.seed,
    signal,
    log: () => {},
    progress: () => {},
    compute: compute(),
  };
  try {
    const { scorer } = await asked.model.fit(part.train, config, fitting);
    const moment = await momentAfter(part.train, signal);
    for (let row = 0; row < part.known.length; row++) observe(moment, part.known, row);
    const loss = await lossOf(scorer, { ...part, moment, signal });
    if (loss === null) {
      throw new UsageError(`Cannot tune "${asked.name}" by protocol ${asked.protocol}: it has no answer`);
    }
    return Number.isFinite(loss) ? loss : null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say(`  ${JSON.stringify(config)}: ${error.message}`);
    return null;
  }
}

/** Of the same ratings: another file under the same name must not go on with a journal. */
function fingerprint({ users, movies, ratings, ratedAt }: Ratings): string {
  const hash = createHash("sha256");
  for (const { buffer } of [users, movies, ratings, ratedAt]) {
    hash.update(new Uint8Array(buffer as ArrayBuffer));
  }
  return hash.digest("hex");
}

/** Of a file as it lies there: other genres or ages are another search. */
async function fingerprintOf(path: string | undefined): Promise<string | null> {
  return path === undefined ? null : createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

function settingsText(config: Record<string, unknown>): string {
  const words = Object.entries(config).filter(([key]) => key !== "preset").map(([key, value]) =>
    `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return words.length === 0 ? "" : `--set ${words.join(" ")}`;
}

const shown = ({ protocol }: TuneRequest, loss: number | null) =>
  loss === null
    ? "no fit"
    : protocol === "rating"
    ? `RMSE ${loss.toFixed(4)}`
    : `nDCG ${(1 - loss).toFixed(4)}`;

function trialText(
  { trial, share, loss }: Outcome,
  { asked, config }: { asked: TuneRequest; config: Record<string, unknown> },
): string {
  const where = share < 1 ? ` on ${(100 * share).toFixed(0)} % of the people` : "";
  return `trial ${trial}${where}: ${shown(asked, loss)}  ${settingsText(config) || "(defaults)"}`;
}

function resultOf(
  outcomes: readonly Outcome[],
  { asked, data, isJson }: { asked: TuneRequest; data: TuningData; isJson: boolean },
): string {
  const best = bestOf(outcomes);
  if (best === null) throw new RangeError(`Cannot tune "${asked.name}" as no trial could be fitted`);
  const config = configOf(asked, best.trial);
  const defaults = outcomes.find(({ trial, share }) => trial === 0 && share === best.share)?.loss ?? null;
  if (isJson) {
    const trials = outcomes.map((outcome) => ({ ...outcome, config: configOf(asked, outcome.trial) }));
    const { protocol, name, seed } = asked;
    const head = { protocol, model: name, seed, validation: data.reason };
    return `${
      JSON.stringify({ ...head, best: { ...best, config }, defaults, set: settingsText(config), trials })
    }\n`;
  }
  return [
    `best of ${new Set(outcomes.map(({ trial }) => trial)).size} trials: ${shown(asked, best.loss)}, ` +
    `with the defaults ${shown(asked, defaults)}`,
    `--model ${asked.name} ${settingsText(config)}`.trimEnd(),
    "",
  ].join("\n");
}
