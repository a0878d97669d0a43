/** The API key: kept in this tab only (sessionStorage), sent with every request, never written into the page. */
import { html, render } from "./lit.js";

const PLACE = "matinee.key";
const changed = new EventTarget();

export function currentKey() {
  return sessionStorage.getItem(PLACE) ?? "";
}

export function onKeyChange(listener) {
  changed.addEventListener("change", listener);
}

/** Makes `button` open the dialog; the dialog gives the focus back to it. */
export function offerKeyEntry(button) {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "key-title");
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const label = () =>
    button.setAttribute("aria-label", currentKey() ? "API key: entered" : "API key: none entered");
  const set = (key) => {
    if (key) sessionStorage.setItem(PLACE, key);
    else sessionStorage.removeItem(PLACE);
    button.classList.toggle("is-on", key !== "");
    label();
    dialog.close();
    changed.dispatchEvent(new Event("change"));
  };
  button.addEventListener("click", () => {
    render(form(set, dialog), dialog);
    dialog.showModal();
  });
  button.classList.toggle("is-on", currentKey() !== "");
  label();
}

function form(set, dialog) {
  const submit = (event) => {
    event.preventDefault();
    const { key } = event.target.elements;
    set(key.value.trim());
    key.value = "";
  };
  return html`
    <form @submit=${submit}>
      <h2 id="key-title">API key</h2>
      <p>
        ${currentKey()
          ? "A key is entered. A new one takes its place."
          : "Reading needs no key on this machine."}
        Saving ratings needs the scope <code>write</code>; running and promoting needs
        <code>operate</code>. The key stays in this tab and is forgotten when you close it.
      </p>
      <label for="key-field">Key</label>
      <input id="key-field" name="key" type="password" autocomplete="off" required>
      <div class="actions">
        <button type="submit" class="primary">Use this key</button>
        ${currentKey() ? html`<button type="button" @click=${() => set("")}>Forget the key</button>` : ""}
        <button type="button" @click=${() => dialog.close()}>Cancel</button>
      </div>
    </form>
  `;
}
