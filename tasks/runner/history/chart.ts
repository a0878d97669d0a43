/** A series over days, drawn in the terminal: one column a day, the champion's points above a baseline's. */

export interface Point {
  label: string;
  value: number;
  /** Drawn where the value's own mark is not. */
  baseline?: number | null;
}

const HEIGHT = 8;

/** Lines of the chart: scale at the left, first and last label below. The newest `width` points are drawn. */
export function chartLines(points: readonly Point[], { width = 60 }: { width?: number } = {}): string[] {
  const shown = points.slice(-width);
  const known = shown.flatMap(({ value, baseline }) => [value, baseline ?? value]).filter(Number.isFinite);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const rowOf = (value: number) => {
    return high === low ? HEIGHT >> 1 : Math.round((high - value) / (high - low) * (HEIGHT - 1));
  };
  const lines = Array.from({ length: HEIGHT }, (_, row) => {
    const cells = shown.map(({ value, baseline }) => {
      if (rowOf(value) === row) return "●";
      return typeof baseline === "number" && rowOf(baseline) === row ? "·" : " ";
    });
    return `${scaleOf(row, { low, high })} ┤${cells.join("")}`.trimEnd();
  });
  const [first, last] = [shown[0].label, shown[shown.length - 1].label];
  const gap = shown.length - first.length - last.length;
  return [
    ...lines,
    `        ${shown.length === 1 ? first : `${first}${gap > 1 ? " ".repeat(gap) : " … "}${last}`}`,
  ];
}

/** The value that `row` stands for, at the top, in the middle and at the bottom. */
function scaleOf(row: number, { low, high }: { low: number; high: number }): string {
  if (low === high) return row === HEIGHT >> 1 ? low.toFixed(4) : "      ";
  const isLabelled = row === 0 || row === HEIGHT >> 1 || row === HEIGHT - 1;
  return isLabelled ? (high - row / (HEIGHT - 1) * (high - low)).toFixed(4) : "      ";
}
