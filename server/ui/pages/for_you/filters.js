/** What the list is narrowed to: genres, years, and how different its movies should be. */
import { html } from "../../parts/lit.js";
import { NO_FILTERS } from "./state.js";

export function filtersView({ filters }, { genres, change }) {
  const toggle = (genre) =>
    change({
      genres: filters.genres.includes(genre)
        ? filters.genres.filter((other) => other !== genre)
        : [...filters.genres, genre],
    });
  return html`
    <details class="panel filters">
      <summary><h2>Filters</h2><span class="quiet small">${inWords(filters)}</span></summary>
      <fieldset>
        <legend>Genres <span class="quiet">any of</span></legend>
        <ul class="chips">
          ${genres.map((genre) =>
            html`
              <li><button type="button" aria-pressed=${String(filters.genres.includes(genre))}
                @click=${() => toggle(genre)}>${genre}</button></li>
            `
          )}
        </ul>
      </fieldset>
      <div class="years">
        ${year("From", "year-from", filters.yearFrom, (yearFrom) => change({ yearFrom }))}
        ${year("To", "year-to", filters.yearTo, (yearTo) => change({ yearTo }))}
      </div>
      <div class="field">
        <label for="diversity">Diversity</label>
        <input
          id="diversity"
          type="range"
          min="0"
          max="0.9"
          step="0.1"
          .value=${String(filters.diversity)}
          aria-valuetext=${diversityInWords(filters.diversity)}
          @change=${(event) => change({ diversity: Number(event.target.value) })}
        >
        <p class="small quiet">${diversityInWords(filters.diversity)}</p>
      </div>
      <button type="button" @click=${() => change(NO_FILTERS)}>
        Clear the filters
      </button>
    </details>
  `;
}

function year(label, id, value, set) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} type="number" min="1870" max="2100" placeholder="year" .value=${value}
        @change=${(event) => event.target.reportValidity() && set(event.target.value)}>
    </div>
  `;
}

function inWords({ genres, yearFrom, yearTo, diversity }) {
  const parts = [
    genres.join(" or "),
    yearFrom && yearTo ? `${yearFrom}–${yearTo}` : yearFrom ? `from ${yearFrom}` : yearTo && `to ${yearTo}`,
    diversity > 0 && `diversity ${diversity}`,
  ].filter(Boolean);
  return parts.join(", ") || "none";
}

const diversityInWords = (value) =>
  value === 0
    ? "0: the best expected first, however alike"
    : `${value}: trades expected stars for movies that differ from one another`;
