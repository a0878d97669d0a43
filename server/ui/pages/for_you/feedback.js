/**
 * Tells POST /feedback which movies a list showed and which were chosen, so that models can be compared by clicks.
 *
 * It stays in the background: the page waits for nothing, nobody hears of a failure, and nothing is sent a second
 * time. Whoever may not write sends nothing at all.
 */
import { may } from "../../parts/access.js";
import { ask } from "../../parts/ask.js";
import { personOf } from "./lists.js";

/** One for the page's life; `tell` takes the page's state, whose list is the one on the screen. */
export function createFeedback() {
  /** What has been sent: list, event and movie. */
  const told = new Set();
  let isRefused = false;

  async function tell(state, event, items) {
    const { rec_id } = state.list;
    const person = personOf(state);
    const news = items.filter(({ movie_id: id }) => !told.has(`${rec_id} ${event} ${id}`));
    for (const { movie_id: id } of news) told.add(`${rec_id} ${event} ${id}`);
    if (news.length === 0 || isRefused || !await may("write")) return;
    const events = news.map(({ movie_id, rank }) => ({ rec_id, event, movie_id, position: rank, ...person }));
    try {
      // Kept alive: a click often leads away from this page.
      await ask("/feedback", { method: "POST", body: { events }, keepalive: true });
    } catch (error) {
      isRefused = error.status >= 400 && error.status < 500 && error.status !== 429;
    }
  }

  return {
    /** The list is on the screen. */
    shown: (state) => tell(state, "impression", state.list.items),
    /** A movie of it was opened or rated; others were not of it. */
    chosen: (state, movie) =>
      tell(state, "click", state.list?.items.filter(({ movie_id: id }) => id === movie.movie_id) ?? []),
  };
}
