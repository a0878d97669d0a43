/** What every page has: theme, key, banner, facts in the footer; then the module of the page itself. */
import { ask } from "./parts/ask.js";
import { onKeyChange } from "./parts/key.js";
import { offerKeyEntry } from "./parts/key_dialog.js";
import { render } from "./parts/lit.js";
import { complain } from "./parts/say.js";
import { count } from "./parts/text.js";

const THEMES = [
  { name: "", sign: "◐", label: "Theme: as the system has it" },
  { name: "light", sign: "○", label: "Theme: light" },
  { name: "dark", sign: "●", label: "Theme: dark" },
];

const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

function offerThemes(button) {
  const root = document.documentElement;
  const show = () => {
    const theme = THEMES.find(({ name }) => name === (root.dataset.theme ?? "")) ?? THEMES[0];
    button.textContent = theme.sign;
    button.setAttribute("aria-label", theme.label);
    button.title = theme.label;
  };
  button.addEventListener("click", () => {
    const now = THEMES.findIndex(({ name }) => name === (root.dataset.theme ?? ""));
    const { name } = THEMES[(now + 1) % THEMES.length];
    if (name) {
      root.dataset.theme = name;
      localStorage.setItem("matinee.theme", name);
    } else {
      delete root.dataset.theme;
      localStorage.removeItem("matinee.theme");
    }
    show();
    // Charts are drawn, not styled: they ask for the colours again.
    dispatchEvent(new Event("matinee:theme"));
  });
  show();
}

async function showFacts() {
  const stats = await ask("/stats").catch(() => null);
  if (!stats) return;
  const model = stats.model_version
    ? `${stats.source} ${stats.model_version}`
    : "popularity only, no model yet";
  const newer = stats.newer_ratings ?? 0;
  place("facts").textContent = [
    model,
    stats.day ? `${stats.edition} of ${stats.day}` : stats.edition,
    `${count(stats.movies)} movies, ${count(stats.users)} people, ${count(stats.ratings + newer)} ratings`,
  ].join(" · ");
  if (stats.sample) {
    const notice = document.createElement("p");
    notice.className = "notice";
    notice.id = "sample";
    notice.textContent = `Sample data (${stats.edition}): these people and ratings are made up.`;
    place("banner").after(notice);
  }
}

/** Gives `main` to templates: what the shell put there goes with the first one. */
function viewOf(main) {
  let isFirst = true;
  return (template) => {
    if (isFirst) main.replaceChildren();
    isFirst = false;
    render(template, main);
  };
}

offerThemes(place("theme"));
offerKeyEntry(place("key"));
document.querySelector('nav [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });

const show = viewOf(place("main"));
const { start } = await import(`/ui/pages/${document.body.dataset.page}.js`);
const begin = () => start(show).catch((error) => complain(error, begin));
onKeyChange(() => location.reload());
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  complain(event.reason);
});
await Promise.all([begin(), showFacts()]);
