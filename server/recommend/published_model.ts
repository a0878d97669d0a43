/** The champion by its published vectors alone: nobody is embedded on demand. */
import { createPlainScan } from "../../models/kernels/plain_scan.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { scan } from "../../models/top_n.ts";
import type { OpenModel, OpenModels, Whom } from "./open_model.ts";

const made = new WeakMap<Snapshot, OpenModels>();

export function publishedModels(snapshot: Snapshot): OpenModels {
  let models = made.get(snapshot);
  if (models === undefined) {
    const champion = championOf(snapshot);
    const find = (name: string) => name === champion?.model || name === champion?.version ? champion : null;
    made.set(snapshot, models = { champion, find });
  }
  return models;
}

function championOf({ champion }: Snapshot): OpenModel | null {
  if (!champion?.movieEmbeddings || !champion.userEmbeddings) return null;
  const { version, model, dimension, slope, intercept, movieEmbeddings: values, userEmbeddings } = champion;
  const exact = createPlainScan(values, dimension);
  const queryOf = ({ user }: Whom) =>
    user < 0 ? null : userEmbeddings.subarray(user * dimension, (user + 1) * dimension);
  const needed = (whom: Whom) => {
    const query = queryOf(whom);
    if (query) return query;
    throw new TypeError("Cannot scan for somebody without a vector: ask queryOf() first");
  };
  return {
    version,
    model,
    scorer: null,
    vectors: { dimension, values },
    line: { slope, intercept },
    moment() {
      throw new TypeError("Cannot make a moment of published vectors");
    },
    queryOf,
    top: (whom, options) => exact.top(needed(whom), options),
    scores(whom) {
      const out = new Float32Array(values.length / dimension);
      scan(values, needed(whom), out);
      return out;
    },
    rank: null,
  };
}
