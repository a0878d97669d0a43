/** An epoch with its data: features as of each rating's moment, shuffled windows, mini-batches, steps. */
import { fileURLToPath } from "node:url";
import type { Figure } from "./benchmark.ts";
import type { Usage } from "./meter.ts";
import { writeSample } from "./_sample_columns.ts";

/** Presets with their own batch size, and with the one that everything else is measured at. */
const CASES = [["content", 512], ["content", 4096], ["hybrid", 512], ["hybrid", 4096]] as const;

/** The whole fit of one epoch over `nRatings` of the generated sample, from a file, for each case. */
export async function epochs(
  nRatings: number,
): Promise<{ figures: Figure[]; usages: Record<string, Usage> }> {
  const folder = await Deno.makeTempDir({ prefix: "matinee-epoch-" });
  const figures: Figure[] = [];
  const usages: Record<string, Usage> = {};
  try {
    await writeSample(`${folder}/ratings`, nRatings);
    for (const [preset, batchSize] of CASES) {
      const name = `${preset}, an epoch with its data, batch ${batchSize}`;
      const usage = usages[name] = await epochOf(`${folder}/ratings`, preset, batchSize);
      figures.push(
        { name, value: nRatings / usage.seconds, unit: "examples/s" },
        { name, value: usage.cpuSeconds / nRatings * 1e6, unit: "CPU s / 1M examples" },
      );
      if (usage.peakRssMib !== null) figures.push({ name, value: usage.peakRssMib, unit: "MiB at the peak" });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { figures, usages };
}

async function epochOf(path: string, preset: string, batchSize: number): Promise<Usage> {
  const script = fileURLToPath(import.meta.resolve("./_epoch_process.ts"));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, path, preset, `${batchSize}`],
  }).output();
  if (!success) throw new Error(`Cannot train ${preset}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
