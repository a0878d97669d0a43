/** One epoch in a process of its own, so that its peak of memory is its own: FILE PRESET BATCH_SIZE. */
import { createCatalogue } from "../../models/catalogue.ts";
import type { Dataset } from "../../models/dataset.ts";
import { IdIndex } from "../../models/id_index.ts";
import { twoTower } from "../../models/two_tower/presets.ts";
import { metered } from "./meter.ts";
import { readShape, streamRatings } from "./_sample_columns.ts";

/** What one epoch is, for either preset: the data once, in training, and nothing held back. */
const ONCE = {
  content: { preset: "content", epochs: 1, refit: false, validation_share: 0, test_share: 0 },
  hybrid: { preset: "hybrid", epochs: 1 },
} as const;

if (import.meta.main) {
  const [path, preset, batchSize] = Deno.args;
  if (preset !== "content" && preset !== "hybrid") throw new RangeError(`Cannot train preset "${preset}"`);
  const { movies, nGenres, nUsers } = await readShape(path);
  const dataset: Dataset = {
    catalogue: createCatalogue(movies, nGenres),
    users: IdIndex.from(Int32Array.from({ length: nUsers }, (_, user) => user + 1)),
    ratings: () => streamRatings(path),
  };
  const usage = await metered(() =>
    twoTower.fit(dataset, { ...ONCE[preset], batch_size: Number(batchSize), max_examples: 1 }, {
      seed: 1,
      signal: new AbortController().signal,
      log() {},
      progress() {},
      compute: { cache: ".matinee/bench", workers: navigator.hardwareConcurrency, simd: "relaxed" },
    })
  );
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(usage)));
}
