// The page: picks a user, asks the server for a list, shows it as cards. The address bar keeps the user (?user=7).

const byId = (id) => document.getElementById(id);
const count = (n) => n.toLocaleString("en");

/** Answer's body, or an Error that says what went wrong and what to do about it. */
async function ask(path) {
  let response;
  try {
    response = await fetch(path, { headers: { accept: "application/json" } });
  } catch {
    throw new Error("The server does not answer. Start it with: deno task serve");
  }
  const body = await response.json();
  if (response.ok) return body;
  throw new Error(`${body.title}: ${body.detail}${body.next ? ` Type: ${body.next}` : ""}`);
}

/** An element with `text`: text only, so that no title is ever taken for markup. */
function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** A model may expect more than the scale has; nobody gives more than five. */
const stars = (score) => `★ ${Math.min(5, Math.max(0.5, score)).toFixed(2)} expected`;

function card({ rank, title, year, genres, score }, source) {
  const item = document.createElement("li");
  item.append(
    element("span", String(rank), "rank"),
    element("h3", year ? `${title} (${year})` : title),
    element("p", genres.join(" · ")),
    element(
      "p",
      source === "popularity" ? `${count(score)} ratings` : stars(score),
      "score",
    ),
  );
  return item;
}

function about({ source, model_version: version, items }) {
  if (items.length === 0) return "Nothing is left: every movie has been seen.";
  if (source !== "popularity") {
    return `Unseen movies, the best expected rating first. Source: ${source} ${version}.`;
  }
  return version === null
    ? "Popular movies that this person has not seen: there is no model yet. To train one, type: deno task daily"
    : "Nothing is known of this person yet: these are popular movies, those that most people rated. Source: popularity.";
}

/** Counts requests, so that a slow answer does not replace a newer one. */
let latest = 0;

async function show(user) {
  const request = ++latest;
  byId("user").value = user;
  for (const button of byId("examples").children) {
    button.setAttribute("aria-pressed", String(button.value === String(user)));
  }
  try {
    const path = `/users/${encodeURIComponent(user)}/recommendations`;
    const list = await ask(path);
    if (request !== latest) return;
    history.replaceState(null, "", `?user=${encodeURIComponent(user)}`);
    const isNew = list.source === "popularity" && list.model_version !== null;
    const name = list.user_key ?? user;
    byId("whose").textContent = isNew ? `For someone new (user ${name})` : `For user ${name}`;
    tell(about(list));
    byId("movies").replaceChildren(...list.items.map((item) => card(item, list.source)));
    byId("json").href = path;
  } catch (error) {
    if (request === latest) complain(error);
  }
}

function tell(text, isComplaint = false) {
  byId("about").textContent = text;
  byId("about").classList.toggle("notice", isComplaint);
}

function complain(error) {
  byId("whose").textContent = "Recommendations";
  tell(error.message, true);
  byId("movies").replaceChildren();
}

function showFacts(stats) {
  const model = stats.model_version
    ? `${stats.source} ${stats.model_version}`
    : "popularity only, no model yet";
  const after = stats.day ? ` of ${stats.day}` : "";
  byId("facts").textContent = `${model} · ${stats.edition}${after} · ${count(stats.movies)} movies, ` +
    `${count(stats.users)} people, ${count(stats.ratings + stats.newer_ratings)} ratings`;
  byId("sample").hidden = !stats.sample;
  byId("sample").textContent = `Sample data (${stats.edition}): these people and ratings are made up.`;
}

function offer(users, unknown) {
  const button = (user, text) => {
    const made = element("button", text);
    made.type = "button";
    made.value = String(user);
    made.addEventListener("click", () => show(user));
    return made;
  };
  byId("examples").replaceChildren(
    ...users.map((user) => button(user, `User ${user}`)),
    button(unknown, "Someone new"),
  );
}

byId("pick").addEventListener("submit", (event) => {
  event.preventDefault();
  show(byId("user").value);
});

try {
  const stats = await ask("/stats");
  showFacts(stats);
  offer(stats.example_users, stats.unknown_user);
  await show(
    new URLSearchParams(location.search).get("user") ?? stats.example_users[0] ?? stats.unknown_user,
  );
} catch (error) {
  complain(error);
}
