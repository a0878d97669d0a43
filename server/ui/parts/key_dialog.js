/** Where a key is entered: it is tried before it is taken, so that a mistyped one is said to be one at once. */
import { ask } from "./ask.js";
import { currentKey, setKey } from "./key.js";
import { html, nothing, render } from "./lit.js";

/** Makes `button` open the dialog; the dialog gives the focus back to it. */
export function offerKeyEntry(button) {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "key-title");
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const label = () => {
    button.classList.toggle("is-on", currentKey() !== "");
    button.setAttribute("aria-label", currentKey() ? "API key: entered" : "API key: none entered");
  };
  const set = (key) => {
    setKey(key);
    label();
    dialog.close();
  };
  button.addEventListener("click", () => {
    render(form({ set, dialog }), dialog);
    dialog.showModal();
  });
  label();
}

function form({ set, dialog, fault = null }) {
  const submit = async (event) => {
    event.preventDefault();
    const { key } = event.target.elements;
    const given = key.value.trim();
    try {
      await ask("/access", { headers: { authorization: `Bearer ${given}` } });
      key.value = "";
      set(given);
    } catch (error) {
      const fault = error.status === 401 ? "The server does not know this key." : error.message;
      render(form({ set, dialog, fault }), dialog);
      key.select();
    }
  };
  return html`
    <form @submit=${submit}>
      <h2 id="key-title">API key</h2>
      <p>
        ${currentKey()
          ? "A key is entered. A new one takes its place."
          : nothing} Saving ratings needs the scope <code>write</code>; running and promoting needs
        <code>operate</code>. The key stays in this tab and is forgotten when you close it.
      </p>
      <label for="key-field">Key</label>
      <input id="key-field" name="key" type="password" autocomplete="off" required
        aria-invalid=${fault ? "true" : nothing} aria-describedby="key-fault">
      <p id="key-fault" class="fault" role="alert">${fault}</p>
      <div class="actions">
        <button type="submit" class="primary">Use this key</button>
        ${currentKey()
          ? html`<button type="button" @click=${() => set("")}>Forget the key</button>`
          : nothing}
        <button type="button" @click=${() => dialog.close()}>Cancel</button>
      </div>
    </form>
  `;
}
