/**
 * The gate's verdict on a candidate: for each comparison the estimated harm, its interval, and the margin.
 *
 * Harm is how much worse than the other party the candidate is: below zero it is better, beyond the margin too much.
 */
import { html } from "../../parts/lit.js";
import { table } from "../../parts/table.js";
import { count, fixed } from "../../parts/text.js";

const VERDICTS = { promoted: "is-good", rejected: "is-bad", inconclusive: "is-warn" };

export const verdictBadge = (verdict) =>
  verdict ? html`<span class="badge ${VERDICTS[verdict] ?? ""}">${verdict}</span>` : "";

export function gateView({ verdict, reason, comparisons = [] }) {
  return html`
    <div class="rows">
      <p>${verdictBadge(verdict)} <span class="quiet">${reason}</span></p>
      ${comparisons.length === 0 ? "" : html`
        ${intervals(comparisons)}
        <details class="as-table">
          <summary>As a table<span class="unseen">: the gate's comparisons</span></summary>
          ${table({ caption: "The gate's comparisons", columns: COLUMNS, rows: comparisons })}
        </details>
      `}
    </div>
  `;
}

const COLUMNS = [
  {
    name: "Measure",
    isHead: true,
    value: ({ measure, slice }) => slice === "all" ? measure : `${measure}, ${slice}`,
  },
  { name: "Against", value: ({ roles = [], version }) => roles.join(", ") || version },
  { name: "Its own", isNumber: true, value: ({ own }) => fixed(own, 4) },
  { name: "Theirs", isNumber: true, value: ({ theirs }) => fixed(theirs, 4) },
  { name: "Harm", isNumber: true, value: ({ harm }) => fixed(harm, 4) },
  { name: "Interval", isNumber: true, value: ({ low, high }) => `${fixed(low, 4)} … ${fixed(high, 4)}` },
  { name: "Margin", isNumber: true, value: ({ margin }) => fixed(margin, 4) },
  { name: "People", isNumber: true, value: ({ n }) => count(n) },
  { name: "Finding", value: ({ finding }) => finding },
];

function intervals(comparisons) {
  const reach = 1.15 * Math.max(
    ...comparisons.flatMap(({ low, high, harm, margin }) =>
      [low, high, harm, margin].map((value) => Math.abs(value ?? 0))
    ),
    1e-6,
  );
  const place = (value) => `${50 + 50 * Math.max(-1, Math.min(1, value / reach))}%`;
  return html`
    <div class="intervals rows" aria-hidden="true">
      <p class="small quiet ends"><span>← better</span><span>worse →</span></p>
      ${comparisons.map(({ measure, slice, roles = [], harm, low, high, margin }) =>
        html`
          <div class="interval">
            <span class="small">${measure}${slice === "all"
              ? ""
              : `, ${slice}`} <span class="quiet">vs ${roles[0] ?? "other"}</span></span>
            <span
              class="track"
              .style=${`--low: ${place(low ?? harm)}; --high: ${place(high ?? harm)}; --at: ${
                place(harm)
              }; --margin: ${place(margin ?? 0)}`}
            ><i class="zero"></i><i class="margin"></i><i class="span"></i><i class="dot"></i></span>
          </div>
        `
      )}
      <p class="small quiet">Dot: estimated harm; bar: its interval; dashed: the margin that the bar must stay left of.</p>
    </div>
  `;
}
