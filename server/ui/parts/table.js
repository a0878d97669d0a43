/** Tables: what a chart shows, and every list. */
import { html, nothing } from "./lit.js";

/**
 * What a column shows of a row; the value may be a template.
 *
 * @typedef {{ name: string, value: (row: any) => unknown, isNumber?: boolean, isHead?: boolean }} Column
 */

/**
 * `caption` names the table for screen readers; `isChosen(row)` marks rows.
 *
 * @param {{ caption: string, columns: Column[], rows: any[], isChosen?: (row: any) => boolean }} given
 */
export function table({ caption, columns, rows, isChosen = () => false }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}">
      <table>
        <caption class="unseen">${caption}</caption>
        <thead>
          <tr>
            ${columns.map(({ name, isNumber }) =>
              html`<th scope="col" class=${isNumber ? "number" : nothing}>${name}</th>`
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) =>
            html`
              <tr class=${isChosen(row) ? "is-chosen" : nothing}>
                ${columns.map((column) => cell(column, row))}
              </tr>
            `
          )}
        </tbody>
      </table>
    </div>
  `;
}

function cell({ value, isNumber = false, isHead = false }, row) {
  const kind = isNumber ? "number" : nothing;
  return isHead
    ? html`<th scope="row" class=${kind}>${value(row)}</th>`
    : html`<td class=${kind}>${value(row)}</td>`;
}

/** A link that downloads the list behind a table or a chart. */
export function csvLink(address, what) {
  return address
    ? html`<a class="csv small" href=${address} download>CSV<span class="unseen"> of ${what}</span></a>`
    : nothing;
}
