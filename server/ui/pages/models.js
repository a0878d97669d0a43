/** Models: the champion and all versions, their quality over the days, the gate's verdicts, and who serves. */
import { ask } from "../parts/ask.js";
import { confirmed } from "../parts/confirm.js";
import { may } from "../parts/access.js";
import { follow, inWords } from "../parts/follow.js";
import { html, nothing } from "../parts/lit.js";
import { complain } from "../parts/say.js";
import { empty, heading, loading } from "../parts/states.js";
import { csvLink, table } from "../parts/table.js";
import { at, count, fixed, onDay } from "../parts/text.js";
import { clicksView } from "./models/clicks.js";
import { gateView } from "./models/gate.js";
import { qualityView } from "./models/quality.js";

const LEDE = "Every version that was trained, how good it is, and why the gate let it serve or not.";
/** Newest runs in the chart. */
const RUNS = 120;
const STATES = { champion: "is-good", rejected: "is-bad", inconclusive: "is-warn" };

export async function start(show) {
  /** @type {any} */
  const state = { models: null, points: [], shown: null, clicks: [], experiment: null, request: null };
  Object.assign(state, { protocol: "holdout", metric: "ndcg@10" });
  const draw = () => show(view(state, actions));

  async function load() {
    const [{ models }, { rows: points }, { rows: clicks }, experiment, mayChange] = await Promise.all([
      ask("/models"),
      ask("/data/model_metrics", { query: { n: RUNS } }),
      ask("/data/click_through"),
      ask("/experiments"),
      may("operate"),
    ]);
    Object.assign(state, { models, points, clicks, experiment, mayChange });
    if (!points.some(({ protocol, metric }) => protocol === state.protocol && metric === state.metric)) {
      const [{ protocol, metric } = state] = points;
      Object.assign(state, { protocol, metric });
    }
    const wanted = state.shown?.version ?? new URLSearchParams(location.search).get("version");
    const first = models.find(({ version }) => version === wanted) ?? champion(state) ?? models[0];
    if (first) state.shown = await ask(`/models/${first.version}`);
    draw();
  }

  const actions = {
    choose(choice) {
      Object.assign(state, choice);
      draw();
    },
    async open(version) {
      try {
        state.shown = await ask(`/models/${version}`);
        history.replaceState(null, "", `/ui/models?version=${version}`);
        draw();
        document.getElementById("version-title")?.focus({ preventScroll: true });
        // On a phone it stands below the list.
        document.querySelector(".versions > :last-child")?.scrollIntoView({ block: "nearest" });
      } catch (error) {
        complain(error, () => actions.open(version));
      }
    },
    async change({ path, question }) {
      if (!await confirmed(question)) return;
      try {
        await follow(await ask(path, { method: "POST", body: {} }), (request) => {
          state.request = request;
          draw();
        });
        await load();
      } catch (error) {
        complain(error);
      }
    },
  };

  show(html`${heading("Models", LEDE)} ${loading("the versions")}`);
  await load();
}

const NEEDS_KEY = html`
  <p class="small quiet">Needs a key with the scope operate.</p>
`;

const champion = ({ models }) => models.find(({ status }) => status === "champion");

function view(state, actions) {
  const { models, shown, request } = state;
  return html`
    ${heading("Models", LEDE)}
    <div class="stack">
      ${models.length === 0
        ? empty("No model has been trained yet. To train the first, type:", { command: "deno task daily" })
        : html`
          ${championView(champion(state), state, actions)}
          ${request ? html`<p class="notice">${inWords(request)}</p>` : nothing}
          ${qualityView(state, actions.choose)}
          <div class="versions beside">${versionsView(state, actions)} ${shown
            ? versionView(shown, state, actions)
            : nothing}</div>
          ${clicksView(state)}
        `}
    </div>
  `;
}

function championView(champion, { mayChange }, { change }) {
  if (!champion) {
    return empty("No version serves: lists are by popularity until the gate promotes one.");
  }
  const back = () =>
    change({
      path: "/models/rollback",
      question: "Put the version that served before back in its place?",
    });
  return html`
    <section class="panel due" aria-label="Champion">
      <div>
        <p class="due-time">${champion.model} <code>${champion.version.slice(0, 8)}</code> serves</p>
        <p class="quiet">since ${at(champion.promoted_at)} · trained on ${count(
          champion.n_ratings,
        )} ratings</p>
      </div>
      <div class="run-now">
        <button type="button" @click=${back}>Roll back</button>
        ${mayChange ? nothing : NEEDS_KEY}
      </div>
    </section>
  `;
}

function versionsView({ models, shown }, { open }) {
  return html`
    <section class="panel" aria-labelledby="versions-title">
      <div class="head"><h2 id="versions-title">Versions</h2>${csvLink(
        "/data/model_versions?format=csv",
        "versions",
      )}</div>
      ${table({
        caption: "Model versions, the newest first",
        rows: models,
        isChosen: ({ version }) => version === shown?.version,
        columns: [
          {
            name: "Version",
            isHead: true,
            value: ({ version }) =>
              html`
                <button type="button" class="link" aria-current=${version === shown?.version
                  ? "true"
                  : nothing}
                  @click=${() => open(version)}><code>${version.slice(0, 8)}</code></button>
              `,
          },
          { name: "Model", value: ({ model, mode }) => html`${model} <span class="quiet">${mode}</span>` },
          { name: "State", value: ({ status }) => stateBadge(status) },
          { name: "Trained", value: ({ created_at: time }) => onDay(time) },
          { name: "RMSE", isNumber: true, value: ({ metrics }) => fixed(metrics?.rmse, 4) },
          { name: "nDCG@10", isNumber: true, value: ({ metrics }) => fixed(metrics?.["ndcg@10"], 4) },
        ],
      })}
    </section>
  `;
}

const stateBadge = (status) => html`<span class="badge ${STATES[status] ?? ""}">${status}</span>`;

function versionView(version, { mayChange }, { change }) {
  const promote = () =>
    change({
      path: `/models/${version.version}/promote`,
      question: `Let ${version.model} ${version.version.slice(0, 8)} serve everybody from now on?`,
    });
  return html`
    <section class="panel rows" aria-labelledby="version-title">
      <div class="head">
        <h2 id="version-title" tabindex="-1">${version.model} <code>${version.version}</code></h2>
        ${stateBadge(version.status)}
      </div>
      <dl class="facts">
        <div><dt>trained</dt><dd>${at(version.created_at)}</dd></div>
        <div><dt>ratings</dt><dd>${count(version.n_ratings)}</dd></div>
        <div><dt>mode</dt><dd>${version.mode}</dd></div>
        <div><dt>through batch</dt><dd>${version.through_batch}</dd></div>
        ${Object.entries(version.metrics ?? {}).filter(([, value]) => typeof value === "number").map((
          [name, value],
        ) =>
          html`
            <div>
              <dt>${name}</dt>
              <dd>${fixed(value, 4)}</dd>
            </div>
          `
        )}
      </dl>
      ${version.judgements.map((judgement) =>
        html`
          <h3>The gate on ${judgement.day}</h3>
          ${gateView(judgement)}
        `
      )}
      ${promotionsView(version.promotions)}
      ${version.status === "champion" ? nothing : version.pruned_at
        ? html`
          <p class="quiet">Its artifact was removed on ${onDay(version.pruned_at)}: it cannot serve again.</p>
        `
        : html`
          <div class="actions"><button type="button" @click=${promote}>Promote this version</button></div>
          ${mayChange ? nothing : NEEDS_KEY}
        `}
    </section>
  `;
}

const PROMOTED = { gate: "by the gate", promote: "by hand", rollback: "by rolling back" };

function promotionsView(promotions) {
  if (promotions.length === 0) return nothing;
  return html`
    <h3>Became champion</h3>
    <ul class="plain">
      ${promotions.map(({ kind, decided_by: by, reason, promoted_at: time }) =>
        html`<li>${at(time)} ${PROMOTED[kind]}${
          by === "gate" ? "" : ` (${by})`
        }: <span class="quiet">${reason}</span></li>`
      )}
    </ul>
  `;
}
