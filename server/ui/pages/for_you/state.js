/** What the page knows of its reader: who they look as, what they rated here, hid and filtered. */

const PLACE = "matinee.guest";
export const LIST_LENGTH = 12;
export const NO_FILTERS = { genres: [], yearFrom: "", yearTo: "", diversity: 0 };

/** The state of `user`; null: of a guest, whose ratings are those of this tab. */
export function openState(user) {
  const kept = user === null ? openGuest() : {};
  return {
    /** Id or `key:…` as typed; null: a guest. */
    user,
    profile: null,
    /** By movie id: what was rated here and is not saved anywhere else. */
    ratings: new Map(kept.ratings ?? []),
    /** By movie id: hidden from the list here. */
    hidden: new Map(kept.hidden ?? []),
    filters: NO_FILTERS,
    /** Whether a picked user's ratings are saved; without a key they are tried out. */
    isSaving: false,
    /** The last rating that was saved: { movie, stars }. */
    saved: null,
    /** Whether the server would take them. */
    maySave: false,
    list: null,
    /** Whether a list is asked for. */
    isBusy: true,
  };
}

/** Guests find their ratings again after a reload; a picked user's trials are gone with the page. */
export function keepGuest({ user, ratings, hidden }) {
  if (user !== null) return;
  sessionStorage.setItem(PLACE, JSON.stringify({ ratings: [...ratings], hidden: [...hidden] }));
}

/** Looks as `user` from now on; null: as a guest again. */
export function become(state, user) {
  state.user = user;
  state.profile = null;
  state.list = null;
  // Said for one person, not for the next.
  state.isSaving = false;
  state.saved = null;
  const guest = user === null ? openGuest() : { ratings: [], hidden: [] };
  state.ratings = new Map(guest.ratings ?? []);
  state.hidden = new Map(guest.hidden ?? []);
  history.replaceState(null, "", user === null ? "/ui" : `/ui?user=${encodeURIComponent(user)}`);
}

const openGuest = () => JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
