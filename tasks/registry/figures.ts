/** The figures that a version carries: those of the hold-out that judged it. */
import type { VersionRow } from "../_versions.ts";

/** Names and values of the hold-out's metrics, all users; what the fit reports of itself is left out. */
export function figuresOf({ metrics }: Pick<VersionRow, "metrics">): [name: string, value: number][] {
  return Object.entries(metrics).filter((pair): pair is [string, number] => typeof pair[1] === "number");
}

export function figure(row: Pick<VersionRow, "metrics">, name: string): number | null {
  return figuresOf(row).find(([known]) => known === name)?.[1] ?? null;
}

/** Four decimals; nothing for a figure that is not there. */
export function shortly(value: number | null): string {
  return value === null ? "" : value.toFixed(4);
}
