/** One stage of one run: each attempt's times and rows, what it put out, its error, what it said. */
import { html, nothing } from "../../parts/lit.js";
import { empty } from "../../parts/states.js";
import { table } from "../../parts/table.js";
import { at, count, duration, fixed, plain } from "../../parts/text.js";
import { badge } from "./graph.js";

export function stageView({ stage, attempts, checks, log }) {
  const last = attempts.at(-1);
  return html`
    <section class="panel stage rows" aria-labelledby="stage-title">
      <div class="head">
        <h2 id="stage-title" tabindex="-1">${stage.name}</h2>
        ${last ? badge(last.status) : badge(stage.isEnabled ? "waiting" : "disabled")}
      </div>
      <p class="quiet">${aboutStage(stage)}</p>
      ${last === undefined ? empty("It has not run in this run.") : html`
        ${table({ caption: `Attempts at ${stage.name}`, columns: ATTEMPTS, rows: attempts })}
        ${attempts.filter(({ error }) => error).map(({ attempt, error }) =>
          html`
            <h3>Error of attempt ${attempt}</h3>
            <pre class="log is-bad" tabindex="0">${error}</pre>
          `
        )}
        ${outputsView(last.outputs)} ${checksView(checks, stage)}
      `}
      ${log.length === 0 ? nothing : html`
        <h3>What it said</h3>
        <pre class="log" tabindex="0">${log.join("\n")}</pre>
      `}
    </section>
  `;
}

const ATTEMPTS = [
  { name: "Attempt", isHead: true, value: ({ attempt }) => attempt },
  { name: "State", value: ({ status }) => badge(status) },
  { name: "Began", value: ({ startedAt }) => at(startedAt) },
  { name: "Took", isNumber: true, value: ({ ms }) => duration(ms) },
  { name: "Rows in", isNumber: true, value: ({ rowsIn }) => count(rowsIn) },
  { name: "Rows out", isNumber: true, value: ({ rowsOut }) => count(rowsOut) },
];

const aboutStage = ({ task, name, needs, when }) =>
  [
    task !== name && `Task ${task}`,
    needs.length > 0 ? `needs ${needs.join(", ")}` : "needs nothing",
    when && `runs if ${when}`,
  ].filter(Boolean).join(" · ");

const OUTCOMES = { passed: "is-good", warned: "is-warn", quarantined: "is-warn", failed: "is-bad" };

function checksView(checks, { name }) {
  if (checks.length === 0) return nothing;
  return html`
    <h3>Checks</h3>
    ${table({
      caption: `Checks of ${name}`,
      rows: checks,
      columns: [
        { name: "Check", isHead: true, value: ({ check }) => check },
        {
          name: "Outcome",
          value: ({ outcome }) => html`<span class="badge ${OUTCOMES[outcome] ?? ""}">${outcome}</span>`,
        },
        { name: "Found", value: ({ found }) => found },
      ],
    })}
  `;
}

function outputsView(outputs) {
  const entries = Object.entries(outputs ?? {}).filter(([, value]) => value !== null && value !== "");
  if (entries.length === 0) return nothing;
  return html`
    <h3>Outputs</h3>
    <dl class="facts">
      ${entries.map(([name, value]) =>
        html`
          <div>
            <dt>${plain(name)}</dt>
            <dd>${valueView(value)}</dd>
          </div>
        `
      )}
    </dl>
  `;
}

function valueView(value) {
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : fixed(value, 4);
  if (typeof value === "object") return html`<code>${JSON.stringify(value)}</code>`;
  return String(value);
}
