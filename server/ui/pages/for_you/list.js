/** The list itself: ranked title cards, each with why it is here, stars, and a way to hide it. */
import { genreLine, movieAddress, titleCard } from "../../parts/cards.js";
import { html, nothing, repeat } from "../../parts/lit.js";
import { stars } from "../../parts/stars.js";
import { empty } from "../../parts/states.js";
import { count, fixed, titleOf } from "../../parts/text.js";

/** How many of the movies that pulled one up are named. */
const REASONS = 3;

export function listView({ list, isBusy }, actions) {
  if (list === null) return placeholders();
  if (list.items.length === 0) {
    const { hidden_genres: hidden = [] } = list;
    return empty("Nothing is left: every movie that fits has been seen, rated or hidden.", {
      more: html`<p>${
        hidden.length > 0 ? `This server shows no movies of ${hidden.join(" or ")}. ` : nothing
      }Widen the filters, or bring hidden movies back.</p>`,
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
        <p class="quiet small">${[item.year, genreLine(item)].filter(Boolean).join(" · ")}</p>
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

/** What is said of where the list comes from. */
export function sourceLine(list) {
  if (list === null) return "Asking for a list…";
  const paths = {
    model: `${list.source} knows this person`,
    fold_in: `${list.source}, with the ratings given here folded in`,
    content: `${list.source}, from what the movies are about`,
    genre_popularity: "popular movies of the genres this person likes",
    popularity: "movies that most people rated: nothing is known of this person yet",
  };
  const path = list.path ?? (list.source === "popularity" ? "popularity" : "model");
  const version = list.model_version ? ` · version ${list.model_version.slice(0, 8)}` : "";
  const variant = list.variant ? ` · variant ${list.variant}` : "";
  return `${paths[path] ?? list.source}${version}${variant}`;
}
