/** The exact scan over all movies, alone, beside the least that reading the same vectors can cost. */
import { openKernels } from "../../models/kernels/kernels.ts";
import { createTopK } from "../../models/kernels/top_k.ts";
import { createRng } from "../../models/rng.ts";
import { scan, topN } from "../../models/top_n.ts";
import { cpuPerRun, type Figure } from "./benchmark.ts";
import { sum } from "./_calibration.ts";

const UNIT = "CPU ms / list";
const LENGTH = 10;

/** Scan, and scan with the best ten, of `movies` vectors. */
export async function scanFigures(movies: number, dimension: number): Promise<Figure[]> {
  const rng = createRng(1);
  const random = (n: number) => Float32Array.from({ length: n }, () => 2 * rng.uniform() - 1);
  const vectors = random(movies * dimension);
  const query = random(dimension);
  const scores = new Float32Array(movies);
  const ids = Int32Array.from(scores.keys());
  const copy = new Float32Array(vectors.length);
  const milliseconds = async (body: () => unknown) => 1_000 * await cpuPerRun(body);

  const scanning = await milliseconds(() => scan(vectors, query, scores));
  const listing = await milliseconds(() => {
    scan(vectors, query, scores);
    topN(scores, { n: LENGTH, ids, isSeen: () => false });
  });
  const kernels = await openKernels({ cache: null, simd: "relaxed" }, () => {});
  using best = createTopK(kernels, vectors, { dimension, k: LENGTH });
  const finding = await milliseconds(() => best.find(query, []));
  const summing = await milliseconds(() => sum(vectors));
  const copying = await milliseconds(() => copy.set(vectors));
  const name = `scan ${movies.toLocaleString("en-US")} × ${dimension}`;
  return [
    { name, value: scanning, unit: UNIT, beside: { name: "sum of the same vectors", value: summing } },
    {
      name,
      value: scanning,
      unit: UNIT,
      beside: { name: "memory copy of the same vectors", value: copying },
    },
    {
      name: `${name}, best ${LENGTH}`,
      value: listing,
      unit: UNIT,
      beside: { name: "sum of the same vectors", value: summing },
    },
    {
      name: `${name}, best ${LENGTH}, on the kernels`,
      value: finding,
      unit: UNIT,
      beside: { name: "the same in TypeScript", value: listing },
    },
  ];
}
