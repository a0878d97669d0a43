/** The API key: kept in this tab only (sessionStorage), sent with every request, never written into the page. */

const PLACE = "matinee.key";
const changed = new EventTarget();

export function currentKey() {
  return sessionStorage.getItem(PLACE) ?? "";
}

/** Takes `key` from now on; "": none. */
export function setKey(key) {
  if (key) sessionStorage.setItem(PLACE, key);
  else sessionStorage.removeItem(PLACE);
  changed.dispatchEvent(new Event("change"));
}

export function onKeyChange(listener) {
  changed.addEventListener("change", listener);
}
