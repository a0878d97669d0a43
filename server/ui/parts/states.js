/** What stands in a page's place while there is nothing to show yet, or nothing at all. */
import { html, nothing } from "./lit.js";

/** Grey bars of about the size of what comes, so that nothing jumps when it does. */
export function loading(what, rows = 3) {
  return html`
    <div class="skeleton" aria-busy="true">
      <p class="unseen">Loading ${what}…</p>
      ${Array.from({ length: rows }, () => html`<span></span>`)}
    </div>
  `;
}

/** `command`: what to type to change that. */
export function empty(what, { command = "", more = nothing } = {}) {
  return html`
    <div class="empty">
      <p>${what}</p>
      ${command ? html`<p><code>${command}</code></p>` : nothing} ${more}
    </div>
  `;
}

/** A page's beginning: the same height as the shell's own, so that it takes its place unseen. */
export function heading(title, lede) {
  return html`
    <h1>${title}</h1>
    <p class="lede">${lede}</p>
  `;
}
