/** Checks of the manifest that set rows aside, as expressions over a frame of raw ratings. */
import pl from "nodejs-polars";

/** What comes in of a check, as JSON; times are ISO texts in UTC. */
export interface RowCheck {
  /** Names it among the rejects. */
  text: string;
  kind: "not_null" | "between" | "in" | "matches";
  columns: string[];
  min?: number | string;
  max?: number | string;
  values?: (number | string | boolean)[];
  pattern?: string;
}

/** The text of the first check that a row breaks; null when it breaks none. */
export function firstBroken(checks: readonly RowCheck[]): pl.Expr {
  // From the last to the first, each around the others: the outermost decides.
  return checks.toReversed().reduce<pl.Expr>(
    (others, check) => pl.when(breaks(check)).then(pl.lit(check.text)).otherwise(others),
    pl.lit(null).cast(pl.Utf8),
  );
}

/** True where the row breaks it. A comparison with null is null, and so breaks nothing. */
function breaks({ kind, columns, ...check }: RowCheck): pl.Expr {
  const [column] = columns.map(columnOf);
  switch (kind) {
    case "not_null":
      return columns.map((name) => columnOf(name).isNull()).reduce((any, one) => any.or(one));
    case "between": {
      const limits = [
        ...(check.min === undefined ? [] : [column.lt(valueOf(check.min))]),
        ...(check.max === undefined ? [] : [column.gt(valueOf(check.max))]),
      ];
      return limits.reduce((any, one) => any.or(one));
    }
    case "in":
      return (check.values ?? []).map((value) => column.neq(pl.lit(value))).reduce((all, one) =>
        all.and(one)
      );
    case "matches":
      return column.str.contains(check.pattern ?? "").not();
  }
}

/** `rated_at` of the lake is still microseconds here. */
function columnOf(name: string): pl.Expr {
  return pl.col(name === "rated_at" ? "rated_us" : name);
}

function valueOf(bound: number | string): number {
  return typeof bound === "string" ? Date.parse(bound) * 1000 : bound;
}
