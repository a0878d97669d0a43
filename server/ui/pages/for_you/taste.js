/** Who the list is for: a user of the archive, or a guest and the movies that they rated here. */
import { movieAddress, titleCard } from "../../parts/cards.js";
import { html, nothing, repeat } from "../../parts/lit.js";
import { stars } from "../../parts/stars.js";
import { count, fixed, titleOf } from "../../parts/text.js";

export function whoView(state, { examples, pick, startFresh }) {
  const submit = (event) => {
    event.preventDefault();
    pick(event.target.elements.user.value.trim());
  };
  return html`
    <section class="panel who" aria-labelledby="who-title">
      <h2 id="who-title">Who is watching?</h2>
      <form class="pick" @submit=${submit}>
        <label for="user">User of the archive</label>
        <div class="row">
          <input
            id="user"
            name="user"
            autocomplete="off"
            placeholder="Number, or key:…"
            required
            .value=${state.user ?? ""}
          >
          <button type="submit" class="primary">Show</button>
        </div>
      </form>
      <ul class="chips" aria-label="Suggestions">
        <li>
          <button type="button" aria-pressed=${String(state.user === null)} @click=${startFresh}>
            Me, starting fresh
          </button>
        </li>
        ${examples.map((id) =>
          html`
            <li>
              <button type="button" aria-pressed=${String(state.user === String(id))} @click=${() =>
                pick(String(id))}>
                User ${id}
              </button>
            </li>
          `
        )}
      </ul>
      ${state.profile ? profileView(state.profile) : nothing}
    </section>
  `;
}

function profileView(profile) {
  const { n_rated: n, mean_rating: mean, genres } = profile;
  const taste = genres.slice(0, 5);
  const most = taste[0]?.n_rated ?? 1;
  return html`
    <div class="profile">
      <p class="quiet">${count(n)} ratings, ★ ${fixed(mean)} on average${peopleLine(profile)}</p>
      <ul class="bars" aria-label="Most rated genres, with how many and the average">
        ${taste.map(({ genre, n_rated: n, mean_rating: mean }) =>
          html`
            <li>
              <span>${genre}</span>
              <span class="bar-line"><span .style=${`--share: ${n / most}`}></span></span>
              <span class="quiet small"><span class="unseen">${n} ratings,</span> ★ ${fixed(mean, 1)}</span>
            </li>
          `
        )}
      </ul>
    </div>
  `;
}

function peopleLine({ gender, age, occupation }) {
  const known = [gender, age && `age ${age}`, occupation].filter(Boolean);
  return known.length > 0 ? ` · ${known.join(", ")}` : "";
}

/** What was rated here, with a way to change one's mind, and whether it is kept. */
export function ratedView(state, { rate, forget, unhide, setSaving }) {
  const { user, ratings, hidden } = state;
  return html`
    <section class="panel" aria-labelledby="rated-title">
      <h2 id="rated-title">${user === null ? "Your ratings" : "Ratings given here"}</h2>
      ${user === null ? nothing : savingView(state, setSaving)}
      ${ratings.size === 0
        ? html`<p class="quiet">${
          user === null
            ? "None yet. Rate a movie with stars, and the list follows at once."
            : "None yet. Rate a movie to see the list follow."
        }</p>`
        : html`
          <ul class="rated">
            ${repeat([...ratings], ([id]) => id, ([id, { movie, stars: value }]) =>
              html`
                <li>
                  <a class="name" href=${movieAddress(id)}>${titleOf(movie)}</a>
                  ${stars({
                    name: `mine-${id}`,
                    label: `Your rating of ${titleOf(movie)}`,
                    value,
                    rate: (stars) => rate(movie, stars),
                  })}
                  <button type="button" class="icon link" aria-label="Remove the rating of ${movie.title}"
                    @click=${() => forget(id)}>✕</button>
                </li>
              `)}
          </ul>
        `}
      ${hidden.size === 0 ? nothing : html`
        <h3>Hidden</h3>
        <ul class="chips">
          ${Array.from(hidden, ([id, movie]) =>
            html`
              <li><button type="button" @click=${() => unhide(id)}>
                ${movie.title} <span aria-hidden="true">↩</span><span class="unseen">: bring back</span>
              </button></li>
            `)}
        </ul>
      `}
    </section>
  `;
}

function savingView({ user, isSaving, maySave, saved }, setSaving) {
  return html`
    <label class="check">
      <input
        type="checkbox"
        .checked=${isSaving}
        @change=${(event) => setSaving(event.target.checked)}
      >
      <span>Save ratings to user ${user}</span>
    </label>
    <p class="small quiet">
      ${isSaving
        ? "Each rating is stored for good, and every later list respects it."
        : "Ratings are only tried out: the list follows, nothing is stored."}
      ${maySave ? nothing : "Saving needs a key with the scope write."}
      ${saved ? html`<strong>Saved: ${titleOf(saved.movie)}, ★ ${saved.stars}.</strong>` : nothing}
    </p>
  `;
}

/** Movies that many know, to begin with. */
export function startersView(movies, rate) {
  return html`
    <ul class="starters">
      ${repeat(movies, ({ movie_id: id }) => id, (movie) =>
        html`
          <li data-key=${movie.movie_id}>
            <a class="card-link" href=${movieAddress(movie.movie_id)}>
              ${titleCard(movie)}<span class="card-name">${movie.title}</span>
            </a>
            ${stars({
              name: `start-${movie.movie_id}`,
              label: `Rate ${titleOf(movie)}`,
              rate: (value) => rate(movie, value),
            })}
          </li>
        `)}
    </ul>
  `;
}
