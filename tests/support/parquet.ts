/** Writes Parquet files, as people's own tools do. */
import pl from "nodejs-polars";

export interface Column {
  name: string;
  values: unknown[];
  /** Given, the column is cast to it. */
  type?: pl.DataType;
  /** The codes that `values` are, of another type before `type`: Int64 for times. */
  from?: pl.DataType;
}

/** Writes `columns` to `path`; compressed, and in groups of `rowGroupSize`. */
export function writeParquet(
  path: string,
  columns: readonly Column[],
  { compression = "snappy", rowGroupSize }: {
    compression?: "snappy" | "zstd" | "gzip";
    rowGroupSize?: number;
  } = {},
): void {
  const series = columns.map(({ name, values, type, from }) => {
    const made = from ? pl.Series(name, values as number[], from) : pl.Series(name, values as string[]);
    return type ? made.cast(type) : made;
  });
  pl.DataFrame(series).writeParquet(
    path,
    { compression, ...(rowGroupSize ? { rowGroupSize } : {}) } as never,
  );
}

export { pl };
