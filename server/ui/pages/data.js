/** Data: what the archive holds, each list as a chart, a table, and a CSV file. */
import { ask } from "../parts/ask.js";
import { movieAddress } from "../parts/cards.js";
import { bars, chart, lines } from "../parts/chart.js";
import { html, nothing } from "../parts/lit.js";
import { complain } from "../parts/say.js";
import { empty, heading, loading } from "../parts/states.js";
import { csvLink, table } from "../parts/table.js";
import { count, fixed, percent, plain, short } from "../parts/text.js";

const LEDE = "What the archive holds, and what was refused. Every list downloads as CSV.";

/** Lists of /data, by the name that the page gives them. */
const LISTS = {
  days: "ratings_per_day",
  histogram: "rating_histogram",
  userTail: "ratings_per_user",
  movieTail: "ratings_per_movie",
  genres: "genres",
  top: "top_movies",
  most: "most_rated",
  people: "demographics",
  rejects: "rejects",
  totals: "totals",
};

/** Movies of a list on the page; the file has more. */
const TOP = 15;

const csvOf = (list) => `/data/${LISTS[list]}?format=csv`;

export async function start(show) {
  show(html`${heading("Data", LEDE)} ${loading("the figures", 5)}`);
  const [stats, ...lists] = await Promise.all([
    ask("/stats"),
    ...Object.values(LISTS).map((name) => ask(`/data/${name}`).catch(leaveOut)),
  ]);
  const rows = Object.fromEntries(Object.keys(LISTS).map((list, i) => [list, lists[i].rows]));

  /** Without the database, what the snapshot holds is shown all the same. */
  function leaveOut(error) {
    if (error.status !== 503) throw error;
    complain(error, () => start(show));
    return { rows: null };
  }
  show(view(stats, rows));
}

function view(stats, rows) {
  return html`
    ${heading("Data", LEDE)}
    <div class="stack">
      ${totals(stats, rows.totals)}
      ${daysChart(rows.days)}
      <div class="columns">${histogram(rows.histogram)} ${genres(rows.genres)}</div>
      <div class="columns">
        ${tail("userTail", "Ratings per person", "people", rows.userTail)}
        ${tail("movieTail", "Ratings per movie", "movies", rows.movieTail)}
      </div>
      <div class="columns">
        ${movies(
          "top",
          "Best rated",
          rows.top,
          "By average; the fewer ratings, the nearer it is taken to be to the mean of all.",
        )} ${movies("most", "Rated by most", rows.most)}
      </div>
      <div class="columns">${people(rows.people)} ${rejects(rows.rejects)}</div>
    </div>
  `;
}

function totals(stats, rows) {
  const known = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  const tiles = [
    ["ratings", short(known.ratings)],
    ["people", short(known.people)],
    ["movies", short(known.movies)],
    ["of them rated", short(known.rated_movies)],
    ["mean rating", fixed(known.mean_rating)],
    ["newer than the snapshot", count(stats.newer_ratings)],
  ];
  return html`
    <dl class="tiles">${tiles.map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
  `;
}

function daysChart(days) {
  if (!days?.length) return nothing;
  const most = days.reduce((best, day) => day.n_ratings > best.n_ratings ? day : best);
  return chart({
    title: "Ratings per day",
    summary: `From ${days[0].day} to ${days.at(-1).day}; most on ${most.day}: ${count(most.n_ratings)}.`,
    config: lines({
      labels: days.map(({ day }) => day),
      series: [{ name: "ratings", values: days.map(({ n_ratings: n }) => n) }],
    }),
    csv: csvOf("days"),
    columns: [
      { name: "Day", isHead: true, value: ({ day }) => day },
      { name: "Ratings", isNumber: true, value: ({ n_ratings: n }) => count(n) },
    ],
    rows: days,
  });
}

function histogram(rows) {
  if (rows.length === 0) return nothing;
  const total = rows.reduce((sum, { n_ratings: n }) => sum + n, 0);
  const top = rows.reduce((best, row) => row.n_ratings > best.n_ratings ? row : best);
  return chart({
    title: "Stars given",
    summary: `Most often ${top.rating}: ${percent(top.n_ratings / total, 0)} of ${count(total)} ratings.`,
    config: bars({
      labels: rows.map(({ rating }) => `★ ${rating}`),
      values: rows.map(({ n_ratings: n }) => n),
    }),
    csv: csvOf("histogram"),
    columns: [
      { name: "Stars", isHead: true, value: ({ rating }) => rating },
      { name: "Ratings", isNumber: true, value: ({ n_ratings: n }) => count(n) },
    ],
    rows,
  });
}

function genres(rows) {
  if (rows.length === 0) return nothing;
  const shown = rows.filter(({ n_ratings: n }) => n > 0).toSorted((a, b) => b.n_ratings - a.n_ratings).slice(
    0,
    12,
  );
  return chart({
    title: "Genres",
    summary: `${shown[0].genre} is rated most: ${count(shown[0].n_ratings)} ratings.`,
    config: bars({
      labels: shown.map(({ genre }) => genre),
      values: shown.map(({ n_ratings: n }) => n),
      isSideways: true,
    }),
    csv: csvOf("genres"),
    columns: [
      { name: "Genre", isHead: true, value: ({ genre }) => genre },
      { name: "Movies", isNumber: true, value: ({ n_movies: n }) => count(n) },
      { name: "Ratings", isNumber: true, value: ({ n_ratings: n }) => count(n) },
      { name: "Average", isNumber: true, value: ({ mean_rating: mean }) => fixed(mean) },
    ],
    rows,
  });
}

/** Rows: at least so many ratings, and how many have them. */
function tail(list, title, what, rows) {
  if (rows.length === 0) return nothing;
  return chart({
    title,
    summary:
      `How many ${what} have how many ratings: few have many, many have few. Both axes are logarithmic.`,
    config: bars({
      labels: rows.map(({ bucket }) => bucket),
      values: rows.map(({ n }) => n),
      isLog: true,
    }),
    csv: csvOf(list),
    columns: [
      { name: "Ratings", isHead: true, value: ({ bucket }) => bucket },
      { name: what, isNumber: true, value: ({ n }) => count(n) },
    ],
    rows,
  });
}

function movies(list, title, rows, note) {
  if (rows.length === 0) return nothing;
  return panel(list, title, {
    note,
    rows: rows.slice(0, TOP),
    columns: [
      {
        name: "Movie",
        isHead: true,
        value: ({ movie_id: id, title, year }) =>
          html`<a href=${movieAddress(id)}>${title}</a> <span class="quiet">${year ?? ""}</span>`,
      },
      { name: "Ratings", isNumber: true, value: ({ n_ratings: n }) => count(n) },
      { name: "Average", isNumber: true, value: ({ mean_rating: mean }) => fixed(mean) },
    ],
  });
}

function people(rows) {
  if (!rows?.length) return nothing;
  return panel("people", "People", {
    rows,
    columns: [
      { name: "Group", isHead: true, value: ({ kind, value }) => `${plain(kind)}: ${value}` },
      { name: "People", isNumber: true, value: ({ n_users: n }) => count(n) },
    ],
  });
}

function rejects(rows) {
  if (rows === null) return nothing;
  return panel("rejects", "Refused ratings", {
    rows,
    none: "No rating has been refused.",
    columns: [
      { name: "Reason", isHead: true, value: ({ reason }) => plain(reason) },
      { name: "Ratings", isNumber: true, value: ({ n_ratings: n }) => count(n) },
    ],
  });
}

/**
 * @param {string} list
 * @param {string} title
 * @param {{ rows: any[], columns: import("../parts/table.js").Column[], none?: string, note?: string }} given
 */
function panel(list, title, { rows, columns, none = "Nothing.", note = "" }) {
  return html`
    <section class="panel" aria-labelledby="${list}-title">
      <div class="head"><h2 id="${list}-title">${title}</h2>${csvLink(csvOf(list), title)}</div>
      ${note ? html`<p class="quiet small">${note}</p>` : nothing}
      ${rows.length === 0 ? empty(none) : table({ caption: title, rows, columns })}
    </section>
  `;
}
