/**
 * Charts: Chart.js draws them, a sentence says what they show, and a table holds the same figures.
 *
 * The canvas is hidden from screen readers, for whom the sentence and the table stand. Colours come from the page's
 * own, so a chart is drawn again when the theme changes.
 */
import "/ui/lib/chart.js/chart.umd.min.js";
import { html, ref } from "./lit.js";
import { csvLink, table } from "./table.js";
import { short } from "./text.js";

const { Chart } = /** @type {any} */ (globalThis);
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
/** By canvas: the chart, what it was made of, and how to make it again. */
const drawn = new Map();

/** Series differ in colour, dash and point, so that none needs colour alone. */
const SERIES = [
  { color: "--accent", dash: [], point: "circle" },
  { color: "--busy", dash: [6, 4], point: "rect" },
  { color: "--good", dash: [2, 3], point: "triangle" },
  { color: "--gold", dash: [10, 3, 2, 3], point: "rectRot" },
];

/**
 * A figure. `config(paint)` gives Chart.js its type, data and options; `paint(name)` is a colour of the page.
 * `columns` and `rows` are those of the table; `csv` the address of the list.
 *
 * @param {{ title: string, summary: unknown, config: (paint: (name: string) => string) => any,
 *   columns: import("./table.js").Column[], rows: any[], csv?: string, isLow?: boolean }} given
 */
export function chart({ title, summary, config, columns, rows, csv, isLow = false }) {
  return html`
    <figure class="panel chart rows">
      <div class="head">
        <h2>${title}</h2>
        ${csvLink(csv, title)}
      </div>
      <figcaption class="quiet small">${summary}</figcaption>
      <div class="plot ${isLow ? "is-low" : ""}">
        <canvas aria-hidden="true" ${ref((canvas) =>
          canvas && queueMicrotask(() => draw(canvas, config))
        )}></canvas>
      </div>
      <details class="as-table">
        <summary>As a table<span class="unseen">: ${title}</span></summary>
        ${table({ caption: title, columns, rows })}
      </details>
    </figure>
  `;
}

/** Bars for one series. */
export const bars = ({ labels, values, isSideways = false, isLog = false }) => (paint) => ({
  type: "bar",
  data: {
    labels,
    datasets: [{ data: values, backgroundColor: paint("--accent"), borderRadius: 4, maxBarThickness: 36 }],
  },
  options: optionsOf(paint, { isSideways, isLog }),
});

/** Lines over common labels; `series`: [{ name, values, isThreshold }], gaps where a value is null. */
export const lines = ({ labels, series, format = short }) => (paint) => ({
  type: "line",
  data: {
    labels,
    datasets: series.map(({ name, values, isThreshold = false }, i) => {
      const { color, dash, point } = isThreshold
        ? { color: "--quiet", dash: [4, 4], point: "line" }
        : SERIES[i % SERIES.length];
      return {
        label: name,
        data: values,
        borderColor: paint(color),
        backgroundColor: paint(color),
        borderDash: dash,
        borderWidth: 2,
        pointStyle: point,
        pointRadius: isThreshold || values.length > 40 ? 0 : 3.5,
        spanGaps: true,
      };
    }),
  },
  options: optionsOf(paint, { format, hasLegend: series.length > 1 }),
});

function optionsOf(paint, { isSideways = false, isLog = false, hasLegend = false, format = short }) {
  const axis = {
    grid: { color: paint("--line") },
    border: { display: false },
    ticks: { color: paint("--quiet") },
  };
  const amounts = {
    ...axis,
    // From below 1, so that one of something is a bar, too.
    ...(isLog ? { type: "logarithmic", min: 0.7 } : { beginAtZero: !hasLegend }),
    ticks: {
      ...axis.ticks,
      callback: (value) => isLog && value < 1 ? "" : format(value),
      maxTicksLimit: 6,
    },
  };
  const places = {
    ...axis,
    grid: { display: false },
    ticks: { ...axis.ticks, maxRotation: 0, autoSkipPadding: 16, autoSkip: !isSideways },
  };
  return {
    indexAxis: isSideways ? "y" : "x",
    responsive: true,
    maintainAspectRatio: false,
    animation: still.matches ? false : { duration: 300 },
    interaction: { mode: "index", intersect: false, axis: isSideways ? "y" : "x" },
    scales: isSideways ? { x: amounts, y: places } : { x: places, y: amounts },
    plugins: {
      legend: {
        display: hasLegend,
        align: "start",
        labels: { color: paint("--text"), usePointStyle: true, boxWidth: 8, boxHeight: 8, padding: 16 },
      },
    },
  };
}

function draw(canvas, config) {
  if (!canvas.isConnected) return;
  const paint = painter();
  const made = config(paint);
  const key = JSON.stringify([made.type, made.data]);
  const before = drawn.get(canvas);
  if (before?.key === key) return;
  before?.chart.destroy();
  forgetGone();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 13;
  drawn.set(canvas, { chart: new Chart(canvas, made), key, config });
}

/** Charts whose canvas has left the page. */
function forgetGone() {
  for (const [canvas, { chart }] of drawn) {
    if (canvas.isConnected) continue;
    chart.destroy();
    drawn.delete(canvas);
  }
}

/** The page's colours, as they are now: light-dark() is known to the style engine alone. */
function painter() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colors = new Map();
  queueMicrotask(() => probe.remove());
  return (name) => {
    if (!colors.has(name)) {
      probe.style.color = `var(${name})`;
      colors.set(name, getComputedStyle(probe).color);
    }
    return colors.get(name);
  };
}

function drawAgain() {
  for (const [canvas, { config }] of drawn) draw(canvas, config);
}

addEventListener("matinee:theme", drawAgain);
dark.addEventListener("change", drawAgain);
