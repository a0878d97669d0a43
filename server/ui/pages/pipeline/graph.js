/**
 * The day as a graph, drawn from the manifest: a row for each step, beside one another what may run together.
 *
 * Nodes are buttons in a grid, so that keyboards and screen readers reach them; the lines behind are SVG.
 */
import { html, svg } from "../../parts/lit.js";
import { count, duration } from "../../parts/text.js";

/** Pixels from one row to the next; pipeline.css gives nodes their height. */
const ROW = 84;
const NODE = 60;
/** Of the grid: one, two, three, four or six nodes share a row evenly. */
const COLUMNS = 12;

const STATES = {
  succeeded: { sign: "✓", kind: "is-good" },
  failed: { sign: "✕", kind: "is-bad" },
  running: { sign: "◔", kind: "is-busy" },
  interrupted: { sign: "!", kind: "is-warn" },
  skipped: { sign: "–", kind: "" },
  waiting: { sign: "·", kind: "" },
  disabled: { sign: "○", kind: "" },
};

export const stateOf = (status) => STATES[status] ?? STATES.waiting;

export function badge(status) {
  const { sign, kind } = stateOf(status);
  return html`<span class="badge ${kind}"><span aria-hidden="true">${sign}</span>${status}</span>`;
}

/** `stages`: [{ name, needs }] in the manifest's order; `runOf(name)`: its last attempt, or null. */
export function graph({ stages, runOf, chosen, choose }) {
  const places = layOut(stages);
  const nRows = Math.max(...places.values().map(({ row }) => row)) + 1;
  return html`
    <div class="graph" .style=${`--rows: ${nRows}; --columns: ${COLUMNS}`}>
      ${wires(stages, places, nRows)}
      <ol>
        ${stages.map((stage) =>
          node({ stage, place: places.get(stage.name), run: runOf(stage.name), chosen, choose })
        )}
      </ol>
    </div>
  `;
}

function node({ stage, place, run, chosen, choose }) {
  const status = stage.isEnabled ? run?.status ?? "waiting" : "disabled";
  const { sign, kind } = stateOf(status);
  const span = COLUMNS / Math.min(place.nBeside, COLUMNS);
  const row = `grid-row: ${place.row + 1}; grid-column: ${1 + place.column * span} / span ${span}`;
  return html`
    <li .style=${row}>
      <button
        type="button"
        class="node ${kind}"
        aria-pressed=${String(chosen === stage.name)}
        @click=${() => choose(stage.name)}
      >
        <span class="sign" aria-hidden="true">${sign}</span>
        <span class="node-name">${stage.name}</span>
        <span class="node-facts">${facts(status, run)}</span>
      </button>
    </li>
  `;
}

function facts(status, run) {
  const rows = run?.rowsOut ?? run?.rowsIn;
  const figures = [
    run?.ms ? duration(run.ms) : null,
    rows === null || rows === undefined ? null : `${count(rows)} rows`,
  ].filter(Boolean).join(" · ");
  return status === "succeeded"
    ? html`<span class="unseen">succeeded</span> ${figures}`
    : [status, figures].filter(Boolean).join(" · ");
}

/** Row: the longest way from a stage that needs none; column: its place among those of the row. */
function layOut(stages) {
  const rows = new Map();
  for (const { name, needs } of stages) {
    rows.set(name, Math.max(-1, ...needs.map((need) => rows.get(need) ?? -1)) + 1);
  }
  const places = new Map();
  for (const beside of Map.groupBy(stages, ({ name }) => rows.get(name)).values()) {
    beside.forEach(({ name }, column) =>
      places.set(name, { row: rows.get(name), column, nBeside: beside.length })
    );
  }
  return places;
}

function wires(stages, places, nRows) {
  const x = ({ column, nBeside }) => (column + 0.5) * 100 / nBeside;
  const height = (nRows - 1) * ROW + NODE;
  return html`
    <svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true">
      ${stages.flatMap(({ name, needs }) =>
        needs.filter((need) => places.has(need)).map((need) => {
          const [from, to] = [places.get(need), places.get(name)];
          const [top, bottom] = [from.row * ROW + NODE, to.row * ROW];
          const bend = (top + bottom) / 2;
          return svg`<path d="M${x(from)} ${top} C${x(from)} ${bend} ${x(to)} ${bend} ${x(to)} ${bottom}" />`;
        })
      )}
    </svg>
  `;
}
