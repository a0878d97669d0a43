/** Reads back Parquet files of vectors, by Polars in this process. */
import { pl } from "../../support/parquet.ts";

export function parquetRows(path: string) {
  const frame = pl.readParquet(path);
  const [name] = frame.columns;
  return {
    columns: frame.columns,
    ids: frame.getColumn(name).toArray() as number[],
    embeddings: (frame.getColumn("embedding").toArray() as Iterable<number>[]).map((row) => [...row]),
  };
}
