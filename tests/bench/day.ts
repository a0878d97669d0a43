/**
 * What a day of 50,000 ratings costs on a large archive, beside the same day on a thin one of the same people.
 *
 * A day that reads nothing of O(archive) costs the same on both. Days alternate between the archives, so that what
 * neighbours do falls on either; the first day of each only warms up, and the middle one of the others is told.
 */
import { type Archive, type StageName, twoArchives } from "./_archives.ts";
import type { BenchmarkOptions, Figure, Report } from "./benchmark.ts";
import { allCpuSeconds, describeUsage, type Usage } from "./meter.ts";

const SIZE = 50_000;
const DAYS = 4;
const ONE_IN = 32;
const TO_FEATURES: readonly StageName[] = ["ingest", "clean", "features"];
const BEFORE_TRAINING: readonly StageName[] = [...TO_FEATURES, "prequential", "publish", "monitor"];

export async function day({ ratings = 2_000_000 }: BenchmarkOptions): Promise<Report> {
  await using archives = await twoArchives({ ratings, oneIn: ONE_IN, size: SIZE, days: DAYS });
  const [large, thin] = archives.list;
  const days = new Map<Archive, Record<StageName, Usage>[]>([[large, []], [thin, []]]);
  for (let n = 0; n < DAYS; n++) {
    for (const archive of archives.list) {
      const usages = await archive.day(`2026-03-${String(n + 2).padStart(2, "0")}`);
      if (n > 0) days.get(archive)!.push(usages);
    }
  }
  const figure = (
    name: string,
    stages: readonly StageName[],
    of: (usage: Usage) => number,
    unit: string,
  ): Figure => {
    const spent = (archive: Archive) =>
      median(days.get(archive)!.map((day) => stages.reduce((sum, stage) => sum + of(day[stage]), 0)));
    return { name, value: spent(large), unit, beside: { name: thinName(thin), value: spent(thin) } };
  };
  const seconds = ({ seconds }: Usage) => seconds;
  return {
    figures: [
      figure("ingest to features", TO_FEATURES, seconds, "s"),
      figure("ingest to features", TO_FEATURES, allCpuSeconds, "CPU s"),
      figure("the day without training", BEFORE_TRAINING, seconds, "s"),
      figure("the day without training", BEFORE_TRAINING, allCpuSeconds, "CPU s"),
      ...BEFORE_TRAINING.map((stage) => figure(`  ${stage}`, [stage], allCpuSeconds, "CPU s")),
    ],
    notes: [
      `${SIZE.toLocaleString("en-US")} ratings a day on ${large.ratings.toLocaleString("en-US")}; ` +
      `medians of ${DAYS - 1} days; CPU s of this process, its children and PostgreSQL`,
      ...BEFORE_TRAINING.map((stage) => `${stage}: ${describeUsage(days.get(large)!.at(-1)![stage])}`),
      ...(["clean", "features", "publish"] as const).map((stage) =>
        `bootstrap, ${stage}: ${describeUsage(large.bootstrap[stage])}`
      ),
    ],
    usages: days.get(large)!.at(-1),
  };
}

function thinName({ ratings }: Archive): string {
  return `the same on ${ratings.toLocaleString("en-US")}`;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
