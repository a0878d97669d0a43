/** Which row of a table stands for which id: row 0 for none, then the ids in their order. */
import type { Container } from "../container.ts";
import { IdIndex } from "../id_index.ts";
import type { Rng } from "../rng.ts";
import { initialTable, type Table, type Tower } from "./towers.ts";

/** The row of `id`; 0 where the table has none. */
export function rowOf(ids: IdIndex, id: number): number {
  return (ids.get(id) ?? -1) + 1;
}

/** `before` and then those of `ids` at whose position `isIn`: old rows stay where they are. */
export function grownVocabulary(
  ids: Int32Array,
  isIn: (position: number) => boolean,
  before: Iterable<number> = [],
): IdIndex {
  const grown = IdIndex.from(before);
  ids.forEach((id, position) => {
    if (isIn(position)) grown.add(id);
  });
  return grown;
}

/** `tower` whose first tables have `rows` rows: the new ones as before a training. */
export function grownTables(tower: Tower, rows: readonly number[], rng: Rng): Tower {
  const tables = tower.tables.map((table, t) => t < rows.length ? grownTable(table, rows[t], rng) : table);
  return { ...tower, tables };
}

function grownTable(table: Table, rows: number, rng: Rng): Table {
  const grown = initialTable({ rows, dimension: table.dimension }, rng);
  grown.values.set(table.values);
  return grown;
}

/** The ids in array `name`, of a table of `rows`. @throws {SyntaxError} when they are not there, or not as many. */
export function openIds(name: string, { arrays }: Container, rows: number): IdIndex {
  const found = arrays[name];
  if (found instanceof Int32Array && found.length === rows - 1) return IdIndex.from(found);
  throw new SyntaxError(
    `Cannot open the artifact as ${name} should be ${rows - 1} ids: found ${
      found ? found.length : "nothing"
    }`,
  );
}
