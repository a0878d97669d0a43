/** What the page tells: a banner for what failed, and quiet announcements for those who do not see it change. */
import { html, nothing, render } from "./lit.js";

const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Shows what failed and what to do; `retry`, where given, is offered as a button.
 *
 * @param {any} error
 * @param {() => unknown} [retry]
 */
export function complain(error, retry) {
  if (error?.name === "AbortError") return;
  const [what, next] = [error?.message ?? String(error), error?.next ?? ""];
  const again = () => {
    dismiss();
    retry?.();
  };
  render(
    html`
      <div class="banner">
        <p><strong>${what}</strong>${next
          ? html`
            <span>${next}</span>
          `
          : nothing}</p>
        <div class="actions">
          ${retry ? html`<button type="button" @click=${again}>Try again</button>` : nothing}
          <button type="button" class="icon" aria-label="Close this message" @click=${dismiss}>✕</button>
        </div>
      </div>
    `,
    place("banner"),
  );
}

export function dismiss() {
  render(nothing, place("banner"));
}

/** Read out by screen readers, politely. */
export function announce(text) {
  place("announcer").textContent = text;
}
