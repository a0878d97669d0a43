/** Asks for lists: a user's own, or one that folds in what was rated here. */
import { ask } from "../../parts/ask.js";
import { LIST_LENGTH } from "./state.js";

/** The list that fits `state`, best first. */
export async function listFor({ user, profile, ratings, hidden, filters }, signal) {
  if (user !== null && ratings.size === 0) {
    const path = `/users/${encodeURIComponent(user)}/recommendations`;
    return listOf(await ask(path, { query: { ...wishesOf({ filters, hidden }), explain: true }, signal }));
  }
  const { n, ...wishes } = wishesOf({ filters, hidden });
  const body = {
    user_id: user === null ? null : idOf({ user, profile }),
    ratings: Array.from(ratings, ([id, { stars }]) => ({ movie_id: id, rating: stars })),
    top_n_final: n,
    ...wishes,
    explain: true,
  };
  return listOf(await ask("/recommend", { method: "POST", signal, body }));
}

/** What the list is narrowed to, as the API names it; what is not set is not there. */
export function wishesOf({ filters: { genres, yearFrom, yearTo, diversity }, hidden }) {
  return {
    n: LIST_LENGTH,
    ...(genres.length > 0 ? { genres } : {}),
    ...(yearFrom === "" ? {} : { year_from: Number(yearFrom) }),
    ...(yearTo === "" ? {} : { year_to: Number(yearTo) }),
    ...(hidden.size > 0 ? { exclude: [...hidden.keys()] } : {}),
    ...(diversity > 0 ? { diversity } : {}),
  };
}

/** Stores one rating for good. */
export function saveRating(state, movieId, stars) {
  return ask("/ratings", {
    method: "POST",
    headers: { "idempotency-key": crypto.randomUUID() },
    body: { ...personOf(state), movie_id: movieId, rating: stars },
  });
}

/** The fields that name a person in what is written; none for a guest. */
export function personOf(state) {
  if (state.user === null) return {};
  const id = idOf(state);
  return typeof id === "number" ? { user_id: id } : { user_key: id.slice("key:".length) };
}

/** As the API takes it in a body: a number, or `key:` and a text. */
const idOf = ({ user, profile }) => profile?.user_id ?? (/^\d+$/.test(user) ? Number(user) : user);

/** One shape for both routes. */
function listOf({ items, recommendations = items, ...list }) {
  return {
    ...list,
    items: recommendations.map(({ ranking_score, score = ranking_score, because = [], ...movie }) => ({
      ...movie,
      score,
      because,
    })),
  };
}
