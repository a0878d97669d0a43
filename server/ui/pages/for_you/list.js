/** The list itself: ranked title cards, each with why it is here, stars, and a way to hide it. */
import { DOT, genreLine, movieAddress, titleCard } from "../../parts/cards.js";
import { html, nothing, repeat } from "../../parts/lit.js";
import { stars } from "../../parts/stars.js";
import { empty } from "../../parts/states.js";
import { count, fixed, titleOf } from "../../parts/text.js";
import { NO_FILTERS } from "./state.js";

/** How many of the movies that pulled one up are named. */
const REASONS = 3;

export function listView({ list, isBusy }, actions) {
  if (list === null) return isBusy ? placeholders() : empty("There is no list for now.");
  const clearFilters = () => actions.change(NO_FILTERS);
  if (list.items.length === 0) {
    const { hidden_genres: hidden = [] } = list;
    return empty("No movie is left that fits: widen the filters, or bring hidden movies back.", {
      more: html`
        ${hidden.length > 0 ? html`<p>This server shows no movies of ${hidden.join(" or ")}.</p>` : nothing}
        <p><button type="button" @click=${clearFilters}>Clear the filters</button></p>
      `,
    });
  }
  return html`
    <ol class="recommendations ${isBusy ? "is-busy" : ""}">
      ${repeat(list.items, ({ movie_id: id }) => id, (item, i) => card(item, i, list, actions))}
    </ol>
  `;
}

function card(item, i, list, { rate, hide, opened }) {
  const address = movieAddress(item.movie_id);
  const open = () => opened(item);
  return html`
    <li data-key=${item.movie_id}>
      <a class="cover" href=${address} tabindex="-1" aria-hidden="true" @click=${open} @auxclick=${open}>
        ${titleCard(item)}
      </a>
      <div class="about">
        <p class="rank"><span class="unseen">Rank </span>${i + 1}</p>
        <h3><a href=${address} @click=${open} @auxclick=${open}>${item.title}</a></h3>
        <p class="quiet small">${[item.year, genreLine(item)].filter(Boolean).join(DOT)}</p>
        <p class="score">${expectation(item, list)}</p>
        ${because(item)}
      </div>
      <div class="deeds">
        ${stars({
          name: `rate-${item.movie_id}`,
          label: `Rate ${titleOf(item)}`,
          rate: (value) => rate(item, value, i),
        })}
        <button type="button" class="link small" @click=${() => hide(item, i)}>
          Hide<span class="unseen"> ${item.title}</span>
        </button>
      </div>
    </li>
  `;
}

/** A model may expect more than the scale has; nobody gives more than five. */
function expectation({ score }, { path }) {
  if (path === "popularity") return `${count(score)} ratings`;
  if (path === "genre_popularity" || !Number.isFinite(score)) return nothing;
  if (score < 0.5) return html`<span class="unseen">Score </span>${fixed(score, 3)}`;
  return html`
    <span class="star" aria-hidden="true">★</span> ${fixed(Math.min(5, score))}
    <span class="quiet">expected</span>
  `;
}

function because({ because: reasons, approximate: isApproximate }) {
  const best = reasons.filter(({ contribution = 1 }) => contribution > 0).slice(0, REASONS);
  if (best.length === 0) return nothing;
  const liked = best.every((reason) => reason.stars >= 3.5);
  const title = isApproximate ? "Approximate: the model is not linear in your ratings" : "";
  return html`
    <p class="because small" title=${title || nothing}>
      Because ${liked ? "you liked" : "of"} ${best.map(({ title, movie_id: id }, i) =>
        html`${i === 0 ? "" : i === best.length - 1 ? " and " : ", "}<a href=${movieAddress(id)}>${title}</a>`
      )}
    </p>
  `;
}

/** As large as the cards that will come, so that nothing moves. */
function placeholders() {
  return html`
    <div class="recommendations is-empty" aria-busy="true">
      ${Array.from({ length: 6 }, () => html`<div class="placeholder"></div>`)}
    </div>
  `;
}

const PATHS = {
  model: "From all that this person rated",
  fold_in: "From the ratings given here",
  content: "From what the rated movies are about",
  genre_popularity: "Popular movies of the genres that were liked",
  popularity: "What most people rated: nothing is known of this person yet",
};

/** What is said of where the list comes from. */
export function sourceLine({ list, isBusy }) {
  if (list === null) return isBusy ? "Asking for a list…" : "";
  const made = list.path === "popularity" || list.path === "genre_popularity"
    ? ""
    : ` · ${list.source} ${list.model_version?.slice(0, 8) ?? ""}`;
  return `${PATHS[list.path] ?? "A list"}${made}${list.variant ? ` · variant ${list.variant}` : ""}`;
}
