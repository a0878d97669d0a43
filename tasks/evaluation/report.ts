/** The result of an evaluation: one JSON object, or a table for people. */
import type { Figure } from "../../models/evaluation/frozen_quality.ts";
import type { Json } from "../../models/container.ts";

export interface Result {
  protocol: string;
  model: string;
  /** What was set, beside the model's defaults. */
  config: Record<string, unknown>;
  seed: number;
  data: Record<string, Json>;
  /** Rating from which on a movie of test was to be found; null: all were. */
  relevant_from: number | null;
  /** `full`: among all unseen movies; `sampled`: among given candidates only; null: nothing was ranked. */
  candidates: string | null;
  fit: { cpu_s: number; wall_s: number; report: Record<string, number | string> };
  answer: { cpu_s: number; wall_s: number };
  predictions: { file: string; rows: number } | null;
  figures: Figure[];
  comparison?: Comparison;
}

/** Model minus rival, over the same people. */
export interface Comparison {
  rival: string;
  metric: string;
  difference: number;
  low: number;
  high: number;
  confidence: number;
  /** Over whom. */
  people: number;
}

/** As the one JSON object of `--json`. NaN, which JSON lacks, is null. */
export function resultJson({ figures, ...result }: Result): string {
  const of = (slice: string) => figures.filter((figure) => figure.slice === slice);
  const names = [...new Set(figures.map(({ slice }) => slice))];
  const values = (slice: string) => Object.fromEntries(of(slice).map(({ metric, value }) => [metric, value]));
  const errors = of("all").filter(({ error }) => error !== undefined);
  const slices = names.filter((name) => name !== "all").map((
    name,
  ) => [name, { n: of(name)[0].n, ...values(name) }]);
  return JSON.stringify({
    ...result,
    n: of("all")[0]?.n ?? 0,
    metrics: values("all"),
    standard_errors: Object.fromEntries(errors.map(({ metric, error }) => [metric, error])),
    slices: Object.fromEntries(slices),
  });
}

/** For people: figures of everybody with their standard errors, then a row a slice. */
export function resultText(result: Result): string {
  const { figures, protocol, fit, answer, predictions, relevant_from, candidates, comparison } = result;
  const all = figures.filter(({ slice }) => slice === "all");
  const lines = [
    `${result.model}, protocol ${protocol}, seed ${result.seed}`,
    ...Object.entries(result.data).map(([name, value]) => `  ${name.padEnd(12)} ${value}`),
    ...candidates === null ? [] : [`  candidates   ${candidates}`],
    ...protocol === "rating" ? [] : [
      `  to be found  ${
        relevant_from === null ? "every movie of test" : `ratings of ${relevant_from} and more`
      }`,
    ],
    `  fit          ${fit.cpu_s.toFixed(1)} CPU s, ${fit.wall_s.toFixed(1)} s`,
    ...Object.entries(fit.report).map(([name, value]) => `    ${name.padEnd(18)} ${value}`),
    `  answers      ${answer.cpu_s.toFixed(1)} CPU s, ${answer.wall_s.toFixed(1)} s`,
    ...predictions === null ? [] : [`  written      ${predictions.rows} rows to ${predictions.file}`],
    "",
    ...all.map(({ metric, value, error }) =>
      `  ${metric.padEnd(22)} ${text(value)}${error === undefined ? "" : ` ± ${text(error)}`}`
    ),
    "",
    ...sliceTable(figures),
    ...comparison === undefined ? [] : ["", comparisonText(comparison)],
  ];
  return `${lines.join("\n")}\n`;
}

function sliceTable(figures: readonly Figure[]): string[] {
  const slices = [...new Set(figures.map(({ slice }) => slice))].filter((slice) => slice !== "all");
  const metrics = [...new Set(figures.filter(({ slice }) => slice !== "all").map(({ metric }) => metric))];
  if (slices.length === 0) return [];
  const rows = slices.map((slice) => {
    const own = figures.filter((figure) => figure.slice === slice);
    const cells = metrics.map((metric) => text(own.find((figure) => figure.metric === metric)?.value ?? NaN));
    return [slice, String(own[0].n), ...cells];
  });
  const table = [["slice", "n", ...metrics], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    `  ${row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")}`
  );
}

function comparisonText({ rival, metric, difference, low, high, confidence, people }: Comparison): string {
  const interval = `${Math.round(100 * confidence)} % interval over ${people} people`;
  return `  ${metric} against ${rival}: ${signed(difference)}, ${interval} ${signed(low)} to ${signed(high)}`;
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

function text(value: number): string {
  return Number.isNaN(value) ? "–" : Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(4);
}
