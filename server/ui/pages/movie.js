/** Movie: facts, how people rated it, and movies like it; without one in the address, a way to find one. */
import { ask } from "../parts/ask.js";
import { cardStrip, DOT, genreLine, movieAddress, titleCard } from "../parts/cards.js";
import { bars, chart } from "../parts/chart.js";
import { html } from "../parts/lit.js";
import { movieSearch } from "../parts/movie_search.js";
import { complain } from "../parts/say.js";
import { stars } from "../parts/stars.js";
import { empty, heading, loading } from "../parts/states.js";
import { count, fixed, percent, titleOf } from "../parts/text.js";
import { keepGuest, openState } from "./for_you/state.js";

const SIMILAR = 12;
const HALF_STARS = Array.from({ length: 10 }, (_, i) => (i + 1) / 2);

export async function start(show) {
  const [, id] = /^\/ui\/movies\/([^/]+)\/?$/.exec(location.pathname) ?? [];
  if (id === undefined) return await finder(show);
  const path = `/movies/${id}`;
  let movie;
  try {
    movie = await ask(path);
  } catch (error) {
    if (error.status !== 404) throw error;
    complain(error);
    return await finder(show);
  }
  document.title = `${titleOf(movie)} · Matinee`;
  const guest = openState(null);
  const state = { movie, similar: null, guest, rate };
  const draw = () => show(movieView(state));
  draw();
  state.similar = (await ask(`${path}/similar`, { query: { n: SIMILAR } })).items;
  draw();

  function rate(value) {
    const { movie_id, title, year, genres } = movie;
    guest.ratings.set(movie_id, { movie: { movie_id, title, year, genres }, stars: value });
    keepGuest(guest);
    draw();
  }
}

async function finder(show) {
  let popular = null;
  const draw = () => show(view());
  const search = movieSearch({
    redraw: draw,
    n: 12,
    hit: (movie) =>
      html`
        <a class="name" href=${movieAddress(movie.movie_id)}>${titleOf(movie)}</a>
        <span class="quiet small">${genreLine(movie)}</span>
      `,
  });
  const view = () =>
    html`
      ${heading("Movies", "Find a movie: its facts, how it was rated, and what is like it.")}
      <div class="stack">
        <section class="panel">${search.view({ label: "Search by title", id: "movie-search" })}</section>
        <section aria-labelledby="popular-title">
          <h2 id="popular-title">Rated by most</h2>
          ${popular === null ? loading("popular movies") : cardStrip(popular)}
        </section>
      </div>
    `;
  draw();
  popular = (await ask("/movies/popular", { query: { window: "all", n: 24 } })).items;
  draw();
}

function movieView({ movie, similar, guest, rate }) {
  return html`
    <article class="movie">
      <div class="movie-head">
        ${titleCard(movie, { size: "is-large" })}
        <div>
          <h1>${movie.title}</h1>
          <p class="lede">${[movie.year, genreLine(movie)].filter(Boolean).join(DOT)}</p>
          <dl class="tiles">
            <div><dt>ratings</dt><dd>${count(movie.n_ratings)}</dd></div>
            <div><dt>average</dt><dd>${fixed(movie.mean_rating)}</dd></div>
          </dl>
          ${windowLine(movie)}
          <div class="rate-here">
            ${stars({
              name: "rate-this",
              label: `Rate ${titleOf(movie)}`,
              value: guest.ratings.get(movie.movie_id)?.stars ?? 0,
              rate,
            })}
            <p class="quiet small" role="status">${ratedLine(guest.ratings.get(movie.movie_id))}</p>
          </div>
        </div>
      </div>
      <div class="stack">
        ${histogram(movie)}
        <section aria-labelledby="similar-title">
          <h2 id="similar-title">Movies like it</h2>
          ${similar === null
            ? loading("similar movies")
            : similar.length === 0
            ? empty("Nothing is known to be like it yet: too few people rated it.")
            : cardStrip(similar)}
        </section>
      </div>
    </article>
  `;
}

const ratedLine = (rated) =>
  rated
    ? html`Rated ${rated.stars} of 5 in this tab. <a href="/ui">Your list</a> follows.`
    : "Seen it? Rate it, and your list follows.";

function windowLine({ n_ratings_within: within }) {
  const parts = Object.entries(within).map(([window, n]) => `${count(n)} in ${Number.parseInt(window)} days`);
  return html`
    <p class="quiet">Ratings of late, counted back from the archive's newest: ${parts.join(" · ")}.</p>
  `;
}

function histogram({ histogram: counts, title }) {
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return empty("Nobody has rated it yet.");
  const top = counts.indexOf(Math.max(...counts));
  return chart({
    title: "How it was rated",
    summary: `Most often ${HALF_STARS[top]} stars: ${percent(counts[top] / total, 0)} of ${
      count(total)
    } ratings.`,
    config: bars({ labels: HALF_STARS.map((stars) => `★ ${stars}`), values: counts }),
    isLow: true,
    columns: [
      { name: "Stars", isHead: true, value: ({ stars }) => stars },
      { name: `Ratings of ${title}`, isNumber: true, value: ({ n }) => count(n) },
      { name: "Share", isNumber: true, value: ({ n }) => percent(n / total) },
    ],
    rows: HALF_STARS.map((stars, i) => ({ stars, n: counts[i] })),
  });
}
