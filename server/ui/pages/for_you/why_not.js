/** "Why not …?": where a movie stands for this person, and what kept it from the list. */
import { ask } from "../../parts/ask.js";
import { html, nothing } from "../../parts/lit.js";
import { movieSearch } from "../../parts/movie_search.js";
import { complain } from "../../parts/say.js";
import { count, fixed, titleOf } from "../../parts/text.js";
import { wishesOf } from "./lists.js";

export function createWhyNot(redraw) {
  let answer = null;
  let person = null;

  async function explain(movie) {
    try {
      const path = `/users/${encodeURIComponent(person.user)}/why-not/${encodeURIComponent(movie.movie_id)}`;
      answer = { movie, ...await ask(path, { query: wishesOf(person) }) };
      search.clear();
      redraw();
      document.getElementById("why-not-answer")?.focus();
    } catch (error) {
      complain(error, () => explain(movie));
    }
  }

  const search = movieSearch({
    redraw: () => redraw(),
    n: 6,
    hit: (movie) =>
      html`
        <span class="name">${titleOf(movie)}</span>
        <button type="button" @click=${() => explain(movie)}>
          Why not?<span class="unseen"> ${titleOf(movie)}</span>
        </button>
      `,
  });

  return {
    forget() {
      answer = null;
    },
    view(state) {
      const { user } = person = state;
      return html`
        <section class="panel" aria-labelledby="why-not-title">
          <h2 id="why-not-title">Why not …?</h2>
          ${user === null
            ? html`<p class="quiet">Pick a user of the archive, and ask where any movie stands for them.</p>`
            : search.view({ label: "A movie you miss in the list", id: "why-not-search" })}
          ${answer && user !== null ? answerView(answer) : nothing}
        </section>
      `;
    },
  };
}

function answerView({ movie, listed, rank, score, path, obstacles }) {
  return html`
    <div class="verdict" id="why-not-answer" tabindex="-1">
      <h3>${titleOf(movie)}</h3>
      ${listed === null
        ? html`<ul class="plain">${obstacles.map(({ says }) => html`<li>${says}</li>`)}</ul>`
        : html`<p>It is on the list, at place ${listed}.</p>`}
      ${rank === null ? nothing : html`
        <p class="quiet small">Of all movies, for this person: place ${count(rank)}${path === "model"
          ? `, ★ ${fixed(score)} expected`
          : ""}.</p>
      `}
    </div>
  `;
}
