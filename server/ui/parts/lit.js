/** What the pages use of lit-html: templates that change only what has changed, so that focus and scroll stay. */

export { html, nothing, render, svg } from "/ui/lib/lit-html/lit-html.js";
export { repeat } from "/ui/lib/lit-html/directives/repeat.js";
export { ref } from "/ui/lib/lit-html/directives/ref.js";
export { live } from "/ui/lib/lit-html/directives/live.js";
