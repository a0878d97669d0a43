/** How people took the lists: click-through by version and variant, and the experiment that is on. */
import { html, nothing } from "../../parts/lit.js";
import { empty } from "../../parts/states.js";
import { csvLink, table } from "../../parts/table.js";
import { count, fixed, percent } from "../../parts/text.js";

const RATES = [
  { name: "Shown", isNumber: true, value: ({ impressions }) => count(impressions) },
  { name: "Clicked", isNumber: true, value: ({ clicks }) => count(clicks) },
  { name: "Rate", isNumber: true, value: ({ rate }) => percent(rate) },
  {
    name: "Interval",
    isNumber: true,
    value: ({ low, high }) => low === null ? "–" : `${percent(low)} … ${percent(high)}`,
  },
];

export function clicksView({ clicks, experiment }) {
  return html`
    <section class="panel" aria-labelledby="clicks-title">
      <div class="head">
        <h2 id="clicks-title">Click-through</h2>
        ${csvLink("/data/click_through?format=csv", "click-through")}
      </div>
      <p class="quiet small">Of the last 30 days, with 95 % intervals.</p>
      ${experimentView(experiment)}
      ${clicks.length === 0
        ? empty("No list has been reported as shown. For you reports its own; programs send POST /feedback.")
        : table({
          caption: "Click-through by version and variant",
          rows: clicks,
          columns: [
            {
              name: "Version",
              isHead: true,
              value: ({ version }) =>
                version === "popularity" ? version : html`<code>${version.slice(0, 8)}</code>`,
            },
            { name: "Variant", value: ({ variant }) => variant ?? "–" },
            ...RATES,
          ],
        })}
    </section>
  `;
}

function experimentView({ variants, sample_ratio: ratio }) {
  if (variants.length === 0) return nothing;
  return html`
    <h3>The experiment that is on</h3>
    ${ratio.is_mismatch
      ? html`<p class="notice">The groups are not as large as their shares (χ² ${
        fixed(ratio.chi_square)
      }): do not trust the rates.</p>`
      : nothing}
    ${table({
      caption: "The experiment, by variant",
      rows: variants,
      columns: [
        { name: "Variant", isHead: true, value: ({ variant }) => variant },
        { name: "Lists by", value: (row) => row.is_champion ? "the champion" : row.model },
        { name: "Share", isNumber: true, value: ({ share }) => percent(share, 0) },
        { name: "People", isNumber: true, value: ({ n_people: n }) => count(n) },
        ...RATES,
      ],
    })}
  `;
}
