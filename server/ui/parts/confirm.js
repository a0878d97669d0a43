/** Asks before something changes for everybody. */
import { html, render } from "./lit.js";

/** Resolves to whether the answer was yes; Escape is no. */
export function confirmed(question) {
  const { promise, resolve } = Promise.withResolvers();
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "question");
  render(
    html`
      <form method="dialog">
        <p id="question">${question}</p>
        <div class="actions">
          <button value="yes" class="primary">Yes, do it</button>
          <button value="no" autofocus>No</button>
        </div>
      </form>
    `,
    dialog,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  });
  document.body.append(dialog);
  dialog.showModal();
  return promise;
}
