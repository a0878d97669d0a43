/** How it works: the way of a rating, and the models, told with the figures of this very server. */
import { ask } from "../parts/ask.js";
import { html, nothing } from "../parts/lit.js";
import { heading, loading } from "../parts/states.js";
import { at, count, fixed, fromNow, percent } from "../parts/text.js";

const LEDE = "From a rating to a list, with the figures of this server as they are now.";

export async function start(show) {
  show(html`${heading("How it works", LEDE)} ${loading("the figures", 5)}`);
  const [stats, pipeline, models, metrics] = await Promise.all([
    ask("/stats"),
    askIfUp("/pipeline"),
    askIfUp("/models"),
    askIfUp("/data/model_metrics?n=1"),
  ]);
  const versions = models?.models ?? [];
  const champion = versions.find(({ status }) => status === "champion");
  const exam = (metrics?.rows ?? []).filter(({ protocol, metric }) =>
    protocol === "prequential" && metric === "rmse"
  );
  show(view({ stats, pipeline, versions, champion, exam }));
}

/** The story can be told without the database; what it would add is left out then. */
const askIfUp = (path) =>
  ask(path).catch((error) => {
    if (error.status === 503) return null;
    throw error;
  });

function view(facts) {
  return html`
    ${heading("How it works", LEDE)}
    <ol class="story">${STEPS.map((step, i) => stepView(step, i, facts))}</ol>
    ${modelsView(facts)}
  `;
}

function stepView({ title, text, figures }, i, facts) {
  const known = figures(facts).filter(([, value]) => value !== null && value !== undefined && value !== "–");
  return html`
    <li class="panel">
      <p class="step" aria-hidden="true">${i + 1}</p>
      <div>
        <h2>${title}</h2>
        <p>${text(facts)}</p>
        ${known.length === 0 ? nothing : html`
          <dl class="tiles">
            ${known.map(([name, value]) =>
              html`
                <div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>
              `
            )}
          </dl>
        `}
      </div>
    </li>
  `;
}

const STEPS = [
  {
    title: "Ratings arrive, and stay",
    text: () =>
      html`An imported archive and live ratings are two lanes into one archive. Nothing in it is changed or
        deleted, but for a person who asks to be erased. A rating posted here is on disk before the answer goes out,
        and the next list already leaves that movie out.`,
    figures: ({ stats }) => [
      ["ratings", count(stats.ratings + (stats.newer_ratings ?? 0))],
      ["people", count(stats.users)],
      ["movies", count(stats.movies)],
    ],
  },
  {
    title: "A day's batch is cut and cleaned",
    text: ({ pipeline }) =>
      html`Each day takes every live rating and the archive's next part, types and checks each row, and keeps what it
        refuses with the reason. ${nextLine(pipeline)} The stages and their order stand in one file,
        <code>pipeline.yaml</code>; <a href="/ui/pipeline">Pipeline</a> draws it.`,
    figures: ({ stats, pipeline }) => [
      ["newest day", stats.day],
      ["batch", stats.batch],
      ["stages", pipeline?.stages?.length ?? null],
    ],
  },
  {
    title: "Yesterday's model takes today's exam",
    text: () =>
      html`Before anything learns from the batch, the model in service predicts every rating in it. That is the honest
        quality of what people saw. A tenth of each recent batch is also kept from training altogether, for the gate.`,
    figures: ({ exam }) => [
      ["RMSE of its newest exam, in stars", fixed(exam.find(({ is_champion: is }) => is)?.value, 3)],
      ["of the bias baseline", fixed(exam.find(({ version }) => version === "bias")?.value, 3)],
    ],
  },
  {
    title: "A candidate is trained",
    text: ({ champion }) =>
      html`On most days the model in service is taught the new ratings with some old ones mixed in; when it is due, or when
        the data has drifted, a new one is trained from all of them. ${
        champion
          ? html`The one in service learned ${champion.mode === "warm" ? "so, day by day" : "from scratch"}.`
          : nothing
      }`,
    figures: ({ champion, versions }) => [
      ["ratings learned from", champion ? count(champion.n_ratings) : null],
      ["versions so far", versions.length || null],
    ],
  },
  {
    title: "The gate lets it serve, or not",
    text: () =>
      html`Candidate and champion predict the same held-out ratings, and their difference gets an interval by resampling
        people. Only a candidate that is not worse beyond a set margin, and better where it should be, is promoted. Too few
        people give no verdict, and the champion stays. <a href="/ui/models">Models</a> shows each interval.`,
    figures: ({ versions }) => [
      [
        "promoted",
        versions.filter(({ status }) => status === "champion" || status === "retired").length || null,
      ],
      ["rejected", versions.filter(({ status }) => status === "rejected").length || null],
      ["inconclusive", versions.filter(({ status }) => status === "inconclusive").length || null],
    ],
  },
  {
    title: "A snapshot goes live",
    text: ({ stats }) =>
      html`All that answering needs — vectors of ${
        count(stats.movies)
      } movies, who rated what, popularity, titles — is
        written into one file, verified, and put in place by one step while requests go on. Answers come from memory: the
        database may be down, and lists still come.`,
    figures: ({ stats }) => [
      ["in service", stats.source],
      ["version", stats.model_version?.slice(0, 8)],
      ["database", stats.database],
    ],
  },
  {
    title: "You get a list",
    text: ({ stats }) =>
      html`Your ratings become a vector; every one of the ${
        count(stats.movies)
      } movies is compared with it, exactly, and
        the best that you have not seen are listed. Whatever made the list, one last step takes out what you rated, hid or
        excluded. Each entry can say which of your ratings pulled it up. <a href="/ui">Try it</a>.`,
    figures: () => [],
  },
];

function nextLine(pipeline) {
  const next = pipeline?.next_due_at;
  return next ? html`The next one is due ${fromNow(next)} (${at(next)}).` : nothing;
}

const MODELS = {
  popularity: "The most rated first. No person in it: it is what every other model must beat.",
  bias:
    "How generous you are, plus how well liked the movie is. It predicts stars, and ranks alike for everybody.",
  two_tower:
    "Two small networks, one for people and one for movies, end in vectors of the same length; the closer two " +
    "are, the more stars are expected. New people and movies have vectors from what is known of them.",
  als:
    "Factors of people and of movies by turns, each time the best answer to the other (alternating least squares).",
  fm:
    "A factorization machine: pairwise interactions of person, movie, genres and time through short factors.",
  item_knn: "Movies that the same people liked are neighbours; you get the neighbours of yours.",
  ease: "One linear model from all of your ratings to each movie, solved in closed form.",
  cascade: "A fast retriever proposes, a slower ranker orders what it proposed.",
  ranker: "Orders a few hundred candidates with features that would be too slow for all movies.",
};

function modelsView({ versions, stats, champion }) {
  const names = [
    ...new Set([champion?.model ?? stats.source, ...versions.map(({ model }) => model), "popularity"]),
  ]
    .filter((name) => name in MODELS);
  const best = (name) => versions.find(({ model, status }) => model === name && status === "champion");
  return html`
    <section class="stack" aria-labelledby="models-title">
      <h2 id="models-title">The models here</h2>
      <div class="columns">
        ${names.map((name) =>
          html`
            <article class="panel">
              <h3>${name} ${best(name) ? html`<span class="badge is-good">in service</span>` : nothing}</h3>
              <p>${MODELS[name]}</p>
              <p class="quiet small">${trainedLine(versions.filter(({ model }) => model === name))}</p>
            </article>
          `
        )}
      </div>
    </section>
  `;
}

function trainedLine(versions) {
  if (versions.length === 0) return "Needs no training.";
  const share = versions.filter(({ status }) => status === "champion" || status === "retired").length /
    versions.length;
  return `${count(versions.length)} ${versions.length === 1 ? "version" : "versions"}, ${
    percent(share, 0)
  } promoted.`;
}
