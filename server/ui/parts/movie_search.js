/** Finds movies by title as one types: GET /movies?query=. What a hit offers is the page's choice. */
import { ask } from "./ask.js";
import { html, nothing } from "./lit.js";
import { announce, complain } from "./say.js";

/** Milliseconds after the last key before the server is asked. */
const PAUSE = 180;

/**
 * A search with its own state; `redraw` is called when it changes, `hit(movie)` draws what a found movie offers.
 * `view({ label, id })` is the template.
 */
export function movieSearch({ redraw, hit, n = 8 }) {
  let [text, timer] = ["", 0];
  /** @type {any[] | null} */
  let found = null;
  /** @type {AbortController | undefined} */
  let asked;

  async function search() {
    asked?.abort();
    asked = new AbortController();
    const query = text.trim();
    if (query === "") {
      found = null;
      return redraw();
    }
    try {
      const { items } = await ask("/movies", { query: { query, n }, signal: asked.signal });
      found = items;
      announce(items.length === 0 ? `No movie matches ${query}.` : `${items.length} movies match ${query}.`);
      redraw();
    } catch (error) {
      complain(error, search);
    }
  }

  const type = (event) => {
    text = event.target.value;
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  };
  const submit = (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  };

  return {
    clear() {
      [text, found] = ["", null];
    },
    view: ({ label, id, placeholder = "A title, or a part of it" }) =>
      html`
        <form class="search" role="search" aria-label=${label} @submit=${submit}>
          <label for=${id}>${label}</label>
          <input
            id=${id}
            type="search"
            autocomplete="off"
            placeholder=${placeholder}
            .value=${text}
            @input=${type}
          >
        </form>
        ${found === null
          ? nothing
          : found.length === 0
          ? html`<p class="quiet">No title has “${text.trim()}” in it.</p>`
          : html`<ul class="hits">${found.map((movie) => html`<li>${hit(movie)}</li>`)}</ul>`}
      `,
  };
}
