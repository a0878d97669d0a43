/** From the start of the process to its first list, and what it then holds: with one worker and with two. */
import type { Figure } from "./benchmark.ts";
import { startMatinee } from "./_processes.ts";
import { named, WORKERS } from "./_serve_lists.ts";
import { loaded, within } from "./_serve_load.ts";
import type { BenchHome, Shape } from "./_shape.ts";

export async function starting(
  { place, shape }: { place: BenchHome; shape: Shape },
): Promise<{ figures: Figure[]; notes: string[] }> {
  const figures: Figure[] = [];
  const held: number[] = [];
  const asked = (value: number) => ({ beside: { name: "as asked", value }, asked: { most: 1 } });
  for (const workers of WORKERS) {
    await using running = await startMatinee({ home: place.home, workers });
    const cpuSeconds = running.cpuSeconds();
    await loaded(running, { ...within(shape), seconds: 2, warmUp: 1 });
    held.push(running.rssMib());
    figures.push({
      name: `start to first list, ${named(workers)}`,
      value: running.readyMs / 1_000,
      unit: "s",
      ...asked(1.5),
    }, { name: `start to first list, ${named(workers)}`, value: cpuSeconds, unit: "CPU s" });
  }
  figures.push(
    { name: `resident, ${named(1)}`, value: held[0], unit: "MiB", ...asked(500) },
    { name: "resident, one worker more", value: held[1] - held[0], unit: "MiB", ...asked(60) },
  );
  return { figures, notes: [] };
}
