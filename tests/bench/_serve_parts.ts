/** What `bench serve` consists of, by name and in its order. */

export const PARTS = ["scan", "start", "lists", "cached", "written", "swap", "stop", "soak"] as const;
export type Part = typeof PARTS[number];
