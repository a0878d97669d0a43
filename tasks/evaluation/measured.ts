/** What a piece of work took of the machine. */
import { cpuUsage } from "node:process";

/** CPU seconds are of the whole process, its threads included. */
export async function measured<Value>(
  work: () => Promise<Value>,
): Promise<{ value: Value; spent: { cpu_s: number; wall_s: number } }> {
  const [cpu, start] = [cpuUsage(), performance.now()];
  const value = await work();
  const { user, system } = cpuUsage(cpu);
  return { value, spent: { cpu_s: (user + system) / 1e6, wall_s: (performance.now() - start) / 1e3 } };
}
