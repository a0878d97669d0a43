/** Drift: each watched metric against its threshold over time; what is beyond it comes first. */
import { ask } from "../parts/ask.js";
import { chart, lines } from "../parts/chart.js";
import { html, nothing } from "../parts/lit.js";
import { empty, heading, loading } from "../parts/states.js";
import { csvLink } from "../parts/table.js";
import { figure, plain } from "../parts/text.js";

const LEDE = "What monitor watches: volume, freshness, quality, and how far the data has moved.";

/** Newest runs in the charts. */
const RUNS = 120;

export async function start(show) {
  show(html`${heading("Drift", LEDE)} ${loading("the metrics", 4)}`);
  const { points } = await ask("/drift", { query: { n: RUNS } });
  show(view(metricsOf(points)));
}

/** One entry per metric and slice, the worst first. */
function metricsOf(points) {
  const byName = Map.groupBy(points, ({ metric, slice }) => `${metric}/${slice}`);
  return Array.from(byName.values(), (all) => {
    const points = all.toSorted((a, b) => a.run_id - b.run_id);
    const last = points.at(-1);
    return { metric: last.metric, slice: last.slice, points, last };
  }).sort((a, b) => Number(b.last.is_breach) - Number(a.last.is_breach) || a.metric.localeCompare(b.metric));
}

function view(metrics) {
  const breaches = metrics.filter(({ last }) => last.is_breach);
  return html`
    ${heading("Drift", LEDE)}
    <div class="stack">
      ${metrics.length === 0
        ? empty("Nothing has been watched yet: monitor is the day's last stage.", {
          command: "deno task daily",
        })
        : html`
          <section class="panel due" aria-label="State">
            <div>
              <p class="due-time">${breaches.length === 0
                ? "All within their thresholds"
                : `${breaches.length} beyond the threshold`}</p>
              <p class="quiet">${metrics.length} metrics, newest run ${metrics[0].last.day ??
                metrics[0].last.run_id}</p>
            </div>
            ${csvLink("/data/metric_history?format=csv", "all metrics")}
          </section>
          <div class="columns">${metrics.map(metricView)}</div>
        `}
    </div>
  `;
}

function metricView({ metric, slice, points, last }) {
  const days = points.map(({ day }) => day);
  const hasThreshold = points.some(({ threshold }) => threshold !== null && threshold !== undefined);
  return html`
    <div class="metric ${last.is_breach ? "is-breach" : ""}">
      ${chart({
        title: slice === "all" ? plain(metric) : `${plain(metric)}, ${plain(slice)}`,
        isLow: true,
        summary: html`${figure(last.value)}${
          hasThreshold && last.threshold !== null ? `, threshold ${figure(last.threshold)}` : ", no threshold"
        } ${last.is_breach ? html`<span class="badge is-bad">✕ beyond</span>` : nothing}`,
        config: lines({
          labels: days,
          format: figure,
          series: [
            { name: plain(metric), values: points.map(({ value }) => value) },
            ...(hasThreshold
              ? [{
                name: "threshold",
                values: points.map(({ threshold }) => threshold ?? null),
                isThreshold: true,
              }]
              : []),
          ],
        }),
        columns: [
          { name: "Day", isHead: true, value: ({ day }) => day },
          { name: "Value", isNumber: true, value: ({ value }) => figure(value) },
          { name: "Threshold", isNumber: true, value: ({ threshold }) => figure(threshold) },
          { name: "Beyond", value: ({ is_breach: isBreach }) => isBreach ? "yes" : "no" },
        ],
        rows: points,
      })}
    </div>
  `;
}
