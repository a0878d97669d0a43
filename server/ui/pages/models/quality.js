/** Quality over the days: the champion of each day beside popularity, by any metric that was measured. */
import { chart, lines } from "../../parts/chart.js";
import { html } from "../../parts/lit.js";
import { empty } from "../../parts/states.js";
import { fixed } from "../../parts/text.js";

/** Scorers that are there for comparison only. */
const CONTROLS = ["popularity", "bias"];

/** `points`: [{ day, version, protocol, metric, value, is_champion }] of slice "all". */
export function qualityView({ points, protocol, metric }, choose) {
  if (points.length === 0) return empty("Nothing is measured yet.", { command: "deno task daily" });
  const protocols = distinct(points.map((point) => point.protocol));
  const metrics = distinct(
    points.filter((point) => point.protocol === protocol).map((point) => point.metric),
  );
  const shown = points.filter((point) => point.protocol === protocol && point.metric === metric);
  const days = distinct(shown.map(({ day }) => day)).sort();
  const series = [
    { name: "champion", at: (day) => shown.findLast((point) => point.day === day && point.is_champion) },
    ...CONTROLS.filter((control) => shown.some(({ version }) => version === control))
      .map((control) => ({
        name: control,
        at: (day) => shown.findLast((point) => point.day === day && point.version === control),
      })),
  ].map(({ name, at }) => ({ name, values: days.map((day) => at(day)?.value ?? null) }));
  return html`
    <div class="choices">
      ${select("Measured on", protocols, protocol, (protocol) => choose({ protocol, metric }))}
      ${select("Metric", metrics, metric, (metric) => choose({ protocol, metric }))}
    </div>
    ${chart({
      title: `${metric}, day by day`,
      summary: summaryOf(series, metric, protocol),
      config: lines({ labels: days, series, format: (value) => fixed(value, 3) }),
      csv: "/data/model_metrics?format=csv",
      columns: [
        { name: "Day", isHead: true, value: ({ day }) => day },
        ...series.map(({ name, values }) => ({
          name,
          isNumber: true,
          value: ({ i }) => fixed(values[i], 4),
        })),
      ],
      rows: days.map((day, i) => ({ day, i })),
    })}
  `;
}

function summaryOf(series, metric, protocol) {
  const [champion, ...others] = series.map(({ name, values }) => ({
    name,
    last: values.findLast((value) => value !== null),
  }));
  const against = others.filter(({ last }) => last !== undefined)
    .map(({ name, last }) => `${name} ${fixed(last, 4)}`).join(", ");
  const better = /rmse|mae|loss/.test(metric) ? "lower" : "higher";
  return `Newest ${protocol} figure: champion ${fixed(champion.last, 4)}${
    against && `, ${against}`
  }; ${better} is better.`;
}

function select(label, values, value, set) {
  const id = `choose-${label.toLowerCase().replaceAll(" ", "-")}`;
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select id=${id} @change=${(event) => set(event.target.value)}>
        ${values.map((each) => html`<option value=${each} ?selected=${each === value}>${each}</option>`)}
      </select>
    </div>
  `;
}

const distinct = (values) => [...new Set(values)];
