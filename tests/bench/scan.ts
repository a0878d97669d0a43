/**
 * The scan of all movies for one list, beside the least that reading the same vectors can cost.
 *
 * Random unit vectors are the worst that there is for an exact scan that passes rows over: no direction says more than
 * another, and none is longer.
 */
import { compileKernels } from "../../models/kernels/compile.ts";
import { simdHere } from "../../models/kernels/_sources.ts";
import { openScan } from "../../models/kernels/scan.ts";
import { createRng } from "../../models/rng.ts";
import { scan, topN } from "../../models/top_n.ts";
import { cpuPerRun, type Figure, type Report, startClock } from "./benchmark.ts";
import { createScanMemory } from "../support/scan_memory.ts";
import { createFloor } from "./_floor.ts";
import { directions, FULL } from "./_shape.ts";

const MOVIES = FULL.movies;
const DIMENSIONS = [32, 64];
const UNIT = "CPU µs / list";
/** As many as people have rated, in the middle. */
const SEEN = 70;
const SECONDS = 1;

export async function scanning(): Promise<Report> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const dimension of DIMENSIONS) {
    const { looks, ...found } = await measure(dimension);
    figures.push(...found.figures);
    notes.push(`d = ${dimension}: exact scores of ${looks[0]} rows for a list of 10, of ${looks[1]} for 200`);
  }
  return { figures, notes };
}

async function measure(dimension: number): Promise<{ figures: Figure[]; looks: number[] }> {
  const module = await compileKernels({ entry: "scan", simd: simdHere("relaxed"), cache: null });
  const { vectors, queries, rated } = drawn(dimension);
  const clock = startClock();
  const room = createScanMemory(vectors, { module, dimension, threads: 1 });
  const indexing = clock().cpuSeconds;
  const coarse = openScan(module, room);
  const floor = await createFloor(room.memory);
  const summing = await microseconds(() => floor(room.index.vectors, vectors.byteLength));
  const reading = await microseconds(() => floor(room.index.at, 64 * Math.ceil(vectors.length / 64)));

  const scores = new Float32Array(MOVIES);
  const ids = Int32Array.from(scores.keys());
  let turn = 0;
  const next = () => queries[turn++ % queries.length];
  const plain = await microseconds(() => {
    scan(vectors, next(), scores);
    topN(scores, { n: 10, ids, isSeen: () => false });
  });
  const looks: number[] = [];
  const lists: Figure[] = [];
  const beside = { name: "sum of the same vectors", value: summing };
  for (const k of [10, 200]) {
    const value = await microseconds(() => coarse.top(next(), { k, rated }));
    looks.push(coarse.looks);
    const name = `${shape(dimension)}, coarse, then exact, best ${k}`;
    lists.push({ name, value, unit: UNIT, beside, ...(k === 10 && { asked: { most: 1.35 } }) });
  }
  return {
    looks,
    figures: [
      { name: `${shape(dimension)}, TypeScript, best 10`, value: plain, unit: UNIT, beside },
      ...lists,
      {
        name: `${shape(dimension)}, coarse, then exact, best 10`,
        value: lists[0].value,
        unit: UNIT,
        beside: { name: "sum of the coarse copy", value: reading },
      },
      { name: `${shape(dimension)}, making the coarse copy`, value: 1e6 * indexing, unit: "CPU µs" },
    ],
  };
}

const shape = (dimension: number) => `${MOVIES.toLocaleString("en-US")} × ${dimension}`;

/** Vectors, queries and what somebody has rated. */
function drawn(dimension: number) {
  const rng = createRng(1);
  const all = directions(64, dimension, rng);
  return {
    vectors: directions(MOVIES, dimension, rng),
    queries: Array.from({ length: 64 }, (_, i) => all.subarray(i * dimension, (i + 1) * dimension)),
    rated: Int32Array.from({ length: SEEN }, () => rng.below(MOVIES) << 4),
  };
}

async function microseconds(body: () => unknown): Promise<number> {
  return 1e6 * await cpuPerRun(body, SECONDS);
}
