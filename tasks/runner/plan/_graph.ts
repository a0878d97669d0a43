/** The stages as a graph: an edge from each stage to those that it needs. */
import type { Stage } from "../manifest/manifest.ts";

type Node = Pick<Stage, "as" | "needs">;

/**
 * The stages so that each comes after all that it needs; of those that could come next, the manifest's first.
 *
 * @throws {RangeError} when they need each other in a circle, which the manifest's parser refuses.
 */
export function inOrder<Found extends Node>(stages: readonly Found[]): Found[] {
  const placed = new Set<string>();
  const sorted: Found[] = [];
  while (sorted.length < stages.length) {
    const next = stages.find(({ as, needs }) => !placed.has(as) && needs.every((name) => placed.has(name)));
    if (next === undefined) {
      const left = stages.filter(({ as }) => !placed.has(as)).map(({ as }) => as);
      throw new RangeError(`Cannot order stages ${left.join(", ")} as they wait for each other`);
    }
    placed.add(next.as);
    sorted.push(next);
  }
  return sorted;
}

/** By stage: all that must be settled before it starts. */
export function ancestorsOf(stages: readonly Node[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const { as, needs } of inOrder(stages)) {
    found.set(as, new Set(needs.flatMap((name) => [name, ...found.get(name) ?? []])));
  }
  return found;
}

/** All that wait, directly or not, for stage `name`. */
export function descendantsOf(stages: readonly Node[], name: string): ReadonlySet<string> {
  return new Set([...ancestorsOf(stages)].filter(([, above]) => above.has(name)).map(([as]) => as));
}
