/** For you: who watches, what they like, and the list that follows at once. */
import { may } from "../parts/access.js";
import { ask } from "../parts/ask.js";
import { glide } from "../parts/flip.js";
import { html, nothing } from "../parts/lit.js";
import { movieSearch } from "../parts/movie_search.js";
import { announce, complain, dismiss } from "../parts/say.js";
import { stars } from "../parts/stars.js";
import { heading } from "../parts/states.js";
import { titleOf } from "../parts/text.js";
import { createFeedback } from "./for_you/feedback.js";
import { filtersView } from "./for_you/filters.js";
import { listView, sourceLine } from "./for_you/list.js";
import { listFor, saveRating } from "./for_you/lists.js";
import { become, keepGuest, openState } from "./for_you/state.js";
import { ratedView, startersView, whoView } from "./for_you/taste.js";
import { createWhyNot } from "./for_you/why_not.js";

/** Popular movies that a guest is shown to begin with. */
const STARTERS = 12;
/** With fewer ratings than these, they go on being offered. */
const FEW = 5;

export async function start(show) {
  const state = openState(new URLSearchParams(location.search).get("user"));
  const page = createPage(state, show);
  page.draw();
  const [stats, popular, maySave] = await Promise.all([
    ask("/stats"),
    ask("/movies/popular", { query: { window: "all", n: 4 * STARTERS } }).then(({ items }) => items),
    may("write"),
  ]);
  state.maySave = maySave;
  page.know({
    examples: stats.example_users ?? [],
    genres: stats.genres.filter((genre) => !genre.startsWith("(")).sort(),
    popular,
  });
  await page.refresh({ isQuiet: true });
}

function createPage(state, show) {
  let known = { examples: [], genres: [], popular: [] };
  let asked = null;
  const feedback = createFeedback();
  const draw = () => glide(document.querySelector(".for-you"), () => show(view()));
  const whyNot = createWhyNot(draw);
  const search = movieSearch({
    redraw: draw,
    hit: (movie) =>
      html`
        <span class="name">${titleOf(movie)}</span>
        ${stars({
          name: `hit-${movie.movie_id}`,
          label: `Rate ${titleOf(movie)}`,
          value: state.ratings.get(movie.movie_id)?.stars ?? 0,
          rate: (value) => rate(movie, value),
        })}
      `,
  });

  async function refresh({ isQuiet = false } = {}) {
    asked?.abort();
    asked = new AbortController();
    state.isBusy = true;
    draw();
    try {
      if (state.user !== null && state.profile === null) {
        state.profile = await profileOf(state.user, asked.signal);
      }
      state.list = await listFor(state, asked.signal);
      dismiss();
      const [first] = state.list.items;
      if (!isQuiet && first) announce(`The list is ranked again. First: ${titleOf(first)}.`);
    } catch (error) {
      if (error.name === "AbortError") return;
      complain(error, () => refresh());
    }
    state.isBusy = false;
    draw();
    if (state.list !== null) feedback.shown(state);
  }

  /** `place`: where in the list the movie stood; the one that takes its place gets the focus. */
  async function rate(movie, value, place = null) {
    feedback.chosen(state, movie);
    if (state.user !== null && state.isSaving) {
      try {
        await saveRating(state, movie.movie_id, value);
        state.saved = { movie: brief(movie), stars: value };
        state.profile = null;
      } catch (error) {
        return complain(error, () => rate(movie, value, place));
      }
    } else {
      state.ratings.set(movie.movie_id, { movie: brief(movie), stars: value });
      keepGuest(state);
    }
    await refresh();
    if (place !== null) focusPlace(place);
  }

  const actions = {
    rate,
    opened: (movie) => feedback.chosen(state, movie),
    pick(user) {
      if (user === "") return;
      become(state, user);
      whyNot.forget();
      refresh();
    },
    startFresh() {
      become(state, null);
      refresh();
    },
    forget(id) {
      state.ratings.delete(id);
      keepGuest(state);
      refresh();
    },
    async hide(movie, place) {
      state.hidden.set(movie.movie_id, brief(movie));
      keepGuest(state);
      await refresh();
      focusPlace(place);
    },
    unhide(id) {
      state.hidden.delete(id);
      keepGuest(state);
      refresh();
    },
    setSaving(isSaving) {
      state.isSaving = isSaving;
      draw();
    },
    change(filters) {
      state.filters = { ...state.filters, ...filters };
      refresh();
    },
  };

  function view() {
    const isFresh = state.user === null && state.ratings.size < FEW;
    return html`
      ${heading(
        "What to watch next",
        "Rate a few movies and the list follows, or look through a user's eyes.",
      )}
      <div class="for-you">
        ${whoView(state, { examples: known.examples, ...actions })}
        <section class="panel" aria-labelledby="search-title">
          <h2 id="search-title">Rate a movie</h2>
          ${search.view({ label: "Search by title", id: "movie-search" })}
        </section>
        <div class="lists">
          ${isFresh ? freshView() : nothing}
          ${filtersView(state, { genres: known.genres, change: actions.change })}
          <section aria-labelledby="list-title">
            <div class="head">
              <h2 id="list-title" tabindex="-1">${listTitle(state)}</h2>
              <p class="quiet small" id="source">${sourceLine(state)}</p>
            </div>
            ${listView(state, actions)}
          </section>
        </div>
        ${ratedView(state, actions)} ${whyNot.view(state)}
      </div>
    `;
  }

  function freshView() {
    const listed = new Set(state.list?.items.map(({ movie_id: id }) => id));
    const movies = known.popular
      .filter(({ movie_id: id }) => !listed.has(id) && !state.ratings.has(id) && !state.hidden.has(id))
      .slice(0, STARTERS);
    return html`
      <section aria-labelledby="starters-title">
        <h2 id="starters-title">Which of these have you seen?</h2>
        ${startersView(movies, rate)}
      </section>
    `;
  }

  return {
    draw,
    refresh,
    know(facts) {
      known = facts;
      draw();
    },
  };
}

const brief = ({ movie_id, title, year, genres }) => ({ movie_id, title, year, genres });

const profileOf = (user, signal) =>
  ask(`/users/${encodeURIComponent(user)}`, { signal }).catch((error) => {
    // Somebody without ratings has no profile, and a list all the same.
    if (error.status === 404) return null;
    throw error;
  });

function listTitle({ user, profile }) {
  if (user === null) return "Your list";
  return `For user ${profile?.user_key ?? user}`;
}

/** The keyboard stays where it was: on the movie that took the rated one's place. */
function focusPlace(place) {
  const cards = document.querySelectorAll(".recommendations > li");
  /** @type {HTMLElement | null} */
  const next = cards[Math.min(place, cards.length - 1)]?.querySelector("input[type=radio]");
  (next ?? document.getElementById("list-title"))?.focus({ preventScroll: true });
}
