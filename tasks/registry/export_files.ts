/** The files of an export: name → bytes, one after the other, so that one is in memory at a time. */
import { encodeNpy } from "../../models/export/npy.ts";
import { encodeTfjs } from "../../models/export/tfjs.ts";
import { loadArtifact } from "../_artifacts.ts";
import { kerasOf } from "../_exports.ts";
import { modelCard } from "../_model_card.ts";
import { filter } from "../polars/filter.ts";
import { readVersionRecord } from "../_version_record.ts";
import type { Version } from "../_versions.ts";
import type { Session } from "../runner/session.ts";
import { type AllVectors, type Vectors, vectorsOf } from "./vectors.ts";

export interface ExportFile {
  /** Path below the export's folder. */
  path: string;
  bytes: Uint8Array;
  /** One line, for `about.json` and the person at the keyboard. */
  about: string;
}

/** Everything that can be exported of `version`, as of now. */
export async function* exportFiles(
  { db, home }: Session,
  version: Version,
  signal: AbortSignal,
): AsyncGenerator<ExportFile> {
  const { row } = version;
  const artifact = await loadArtifact(home.artifacts, row.artifact);
  yield { path: "artifact.bin", bytes: artifact, about: "the version itself, as Matinee reads it" };
  const card = modelCard(await readVersionRecord(db, row.version));
  yield { path: "card.md", bytes: text(card), about: "the model card" };
  yield* networkFiles(version);
  const vectors = await vectorsOf(db, version, signal);
  if (vectors === null) return;
  for (const side of vectors.sides) yield* vectorFiles(side, vectors, signal);
}

async function* networkFiles(version: Version): AsyncGenerator<ExportFile> {
  const keras = await kerasOf(version);
  if (keras === null) return;
  const { network } = version.scorer.portable!();
  const about = `inputs ${network.inputs.join(", ")}; outputs ${network.outputs.join(", ")}`;
  yield { path: "model.keras", bytes: keras, about: `Keras 3: ${about}` };
  const { model, weights } = encodeTfjs(network);
  yield { path: "tfjs/model.json", bytes: text(JSON.stringify(model)), about: `TensorFlow.js: ${about}` };
  yield { path: "tfjs/weights.bin", bytes: weights, about: "its weights" };
}

async function* vectorFiles(
  { name, ids, keys, values }: Vectors,
  { dimension, batch }: AllVectors,
  signal: AbortSignal,
): AsyncGenerator<ExportFile> {
  const what = `${ids.length} ${name}s, as of batch ${batch}`;
  yield { path: `${name}_ids.npy`, bytes: encodeNpy(ids, [ids.length]), about: `ids of ${what}` };
  const bytes = encodeNpy(values, [ids.length, dimension]);
  yield {
    path: `${name}_embeddings.npy`,
    bytes,
    about: `their vectors, row by row, ${dimension} values each`,
  };
  const input = [bytesOf(ids), bytesOf(values), ...(keys === null ? [] : [text(JSON.stringify(keys))])];
  const args = [`${name}_id`, ids.length, dimension, keys === null ? 0 : 1];
  const file = filter("vectors", ReadableStream.from(input), { args, signal });
  const parquet = new Uint8Array(await new Response(ReadableStream.from(file)).arrayBuffer());
  yield { path: `${name}s.parquet`, bytes: parquet, about: `ids and vectors of ${what}` };
}

const text = (value: string) => new TextEncoder().encode(value);
const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
