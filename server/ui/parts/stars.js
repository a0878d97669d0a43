/**
 * Five stars as a group of radio buttons.
 *
 * A pointer rates at once. On the keyboard the arrows only choose, for each press changes a radio group: Enter, the
 * space bar, or a digit from 1 to 5 rates.
 */
import { html, live } from "./lit.js";

/** `value`: stars given so far, 0 for none; `rate(stars)` is called with the new ones. */
export function stars({ name, label, value = 0, rate }) {
  // A click that an arrow key makes has no detail; a pointer's has.
  const click = (event) => event.detail > 0 && event.target.value && rate(Number(event.target.value));
  const keydown = (event) => {
    if (/^[1-5]$/.test(event.key)) rate(Number(event.key));
    else if ((event.key === "Enter" || event.key === " ") && event.target.checked) {
      rate(Number(event.target.value));
    } else return;
    event.preventDefault();
  };
  return html`
    <fieldset class="stars" @keydown=${keydown}>
      <legend class="unseen">${label}</legend>
      ${[1, 2, 3, 4, 5].map((star) =>
        html`
          <label title="${star} of 5">
            <input
              type="radio"
              name=${name}
              value=${star}
              aria-label="${star} ${star === 1 ? "star" : "stars"}"
              .checked=${live(Math.round(value) === star)}
              @click=${click}
            ><span aria-hidden="true">★</span>
          </label>
        `
      )}
    </fieldset>
  `;
}
