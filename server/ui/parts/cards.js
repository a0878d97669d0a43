/**
 * Title cards: a movie's poster of type and colour alone, for there are no pictures here.
 *
 * The first genre gives the ground, the second the shape's colour, the id the shape: the same movie looks the same
 * everywhere. The colours stand in posters.css, dark enough for white type.
 */
import { html, nothing } from "./lit.js";

const SHAPES = 6;

/** Between the facts of a line; a line never begins with it. */
export const DOT = "\u00a0· ";

/** Gives an element a genre's two colours, where it has any of its own. */
const genreClass = (genre = "none") =>
  `genre-${genre.toLowerCase().replaceAll(/[^a-z]+/g, "-").replaceAll(/^-|-$/g, "")}`;

/** Decoration: what it says stands beside it as text, so screen readers pass over it. */
export function titleCard({ movie_id: id, title, year, genres = [] }, { size = "" } = {}) {
  const [first, second = first] = genres.filter((genre) => !genre.startsWith("("));
  const length = title.length > 42 ? "is-long" : title.length > 22 ? "is-medium" : "is-short";
  return html`
    <div class="poster ${genreClass(first)} ${length} ${size}" aria-hidden="true">
      <span class="poster-shape ${genreClass(second)}" data-shape=${Number(id) % SHAPES}></span>
      <span class="poster-year">${year ?? nothing}</span>
      <span class="poster-title">${title}</span>
    </div>
  `;
}

export const movieAddress = (id) => `/ui/movies/${encodeURIComponent(id)}`;

/** A row of small cards, each a link: similar movies, popular ones. */
export function cardStrip(movies) {
  return html`
    <ul class="strip">
      ${movies.map((movie) =>
        html`
          <li>
            <a class="card-link" href=${movieAddress(movie.movie_id)}>
              ${titleCard(movie)}
              <span class="card-name">${movie.title}</span>
            </a>
            <span class="quiet small">${movie.year ?? nothing}</span>
          </li>
        `
      )}
    </ul>
  `;
}

export const genreLine = ({ genres = [] }) => genres.filter((genre) => !genre.startsWith("(")).join(DOT);
