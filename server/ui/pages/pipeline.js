/** Pipeline: the day from the manifest with a run's states, the run history, what each stage did, and when it is due. */
import { ask } from "../parts/ask.js";
import { follow, inWords, isOpen } from "../parts/follow.js";
import { html, nothing } from "../parts/lit.js";
import { may } from "../parts/access.js";
import { announce, complain } from "../parts/say.js";
import { empty, heading, loading } from "../parts/states.js";
import { table } from "../parts/table.js";
import { at, duration, fromNow } from "../parts/text.js";
import { pipelineOf, runOf } from "./pipeline/answers.js";
import { badge, graph } from "./pipeline/graph.js";
import { stageView } from "./pipeline/stage.js";

/** Milliseconds between two looks at a run at work. */
const LOOK_EVERY = 2_000;
const RUNS = 30;

export async function start(show) {
  /** @type {{ pipeline: any, runs: any[], run: any, chosen: string | null, request: any,
   *   mayRun: boolean }} */
  const state = { pipeline: null, runs: [], run: null, chosen: null, request: null, mayRun: false };
  const draw = () => show(view(state, actions));
  let watching = 0;

  async function load() {
    const [pipeline, runs, mayRun] = await Promise.all([
      ask("/pipeline"),
      ask("/runs", { query: { n: RUNS } }),
      may("operate"),
    ]);
    state.mayRun = mayRun;
    state.pipeline = pipelineOf(pipeline);
    state.runs = runs.runs.map(runOf);
    const wanted = state.run?.id ?? Number(new URLSearchParams(location.search).get("run"));
    const shown = state.runs.find(({ id }) => id === wanted) ?? state.runs[0];
    if (shown) state.run = runOf(await ask(`/runs/${shown.id}`));
    state.chosen ??= troubled(state) ?? state.pipeline.stages[0]?.name ?? null;
    draw();
    watch();
  }

  /** While something runs, the page follows. */
  function watch() {
    clearTimeout(watching);
    if (!state.runs.some(({ status }) => status === "running")) return;
    watching = setTimeout(() => document.hidden ? watch() : load().catch(complain), LOOK_EVERY);
  }

  const actions = {
    choose(name) {
      state.chosen = name;
      draw();
      // On a phone it stands below the graph.
      document.querySelector(".stage")?.scrollIntoView({ block: "nearest" });
    },
    async open(id) {
      try {
        state.run = runOf(await ask(`/runs/${id}`));
        history.replaceState(null, "", `/ui/pipeline?run=${id}`);
        announce(`Run ${id} of ${state.run.day} is shown: ${state.run.status}.`);
        draw();
      } catch (error) {
        complain(error, () => actions.open(id));
      }
    },
    async runNow() {
      try {
        const request = await ask("/runs", { method: "POST", body: {} });
        await follow(request, (request) => {
          const isNew = request.run_id !== null && request.run_id !== state.request?.run_id;
          state.request = request;
          draw();
          // The run that it became is the one to look at.
          if (isNew) state.run = { id: request.run_id };
          if (isNew || !isOpen(request)) load().catch(complain);
        });
      } catch (error) {
        complain(error);
      }
    },
  };

  show(html`${heading("Pipeline", LEDE)} ${loading("the pipeline")}`);
  await load();
}

const LEDE = "The day as the manifest declares it, and what became of each run.";

const NEEDS_KEY = "Needs a key with the scope operate.";

/** The stage that an operator wants to see first. */
const troubled = ({ run }) =>
  run?.attempts.find(({ status }) => status === "failed" || status === "running")?.stage;

function view(state, actions) {
  const { pipeline, run, runs, chosen } = state;
  const attemptsOf = (name) => run?.attempts.filter(({ stage }) => stage === name) ?? [];
  const stage = pipeline.stages.find(({ name }) => name === chosen);
  if (pipeline.stages.length === 0) {
    return html`
      ${heading("Pipeline", LEDE)}
      <div class="stack">
        ${empty("Nothing has run yet, so there is no pipeline to draw. To run the day, type:", {
          command: "deno task daily",
        })}
      </div>
    `;
  }
  return html`
    ${heading("Pipeline", LEDE)}
    <div class="stack">
      ${summaryView(state, actions)}
      <div class="pipeline beside">
        <section class="panel" aria-labelledby="graph-title">
          <div class="head">
            <h2 id="graph-title">${run ? `Run ${run.id}` : "The stages"}</h2>
            ${run ? badge(run.status) : nothing}
          </div>
          <p class="quiet small">${run ? runLine(run) : "Nothing has run yet."}</p>
          ${graph({
            stages: pipeline.stages,
            runOf: (name) => attemptsOf(name).at(-1) ?? null,
            chosen,
            choose: actions.choose,
          })}
        </section>
        ${stage
          ? stageView({
            stage,
            attempts: attemptsOf(chosen),
            checks: checksOf(run, chosen),
            log: logOf(run, chosen),
          })
          : nothing}
      </div>
      ${historyView(runs, run, actions)}
    </div>
  `;
}

const runLine = ({ day, kind, startedAt, ms }) =>
  `${kind} of ${day} · ${at(startedAt)} · ${ms === null ? "at work" : duration(ms)}`;

const checksOf = (run, name) => (run?.checks ?? []).filter(({ stage }) => stage === name);

/** Lines of the run itself stand with every stage's. */
const logOf = (run, name) =>
  (run?.log ?? []).filter(({ stage }) => stage === null || stage === name)
    .map(({ text }) => text);

function summaryView({ pipeline, request, mayRun }, { runNow }) {
  const { next_due_at: next, schedules, scheduler, at_work: worker } = pipeline;
  const when = next && `Due ${at(next)} in your time`;
  return html`
    <section class="panel due" aria-label="Schedule">
      <div>
        <p class="due-time">${worker
          ? "A run is at work"
          : !scheduler
          ? "No scheduler listens"
          : next
          ? `Next run ${fromNow(next)}`
          : "No run is due"}</p>
        <p class="quiet">
          ${[when, ...schedules.map(({ cron, timezone }) => `${cron} ${timezone}`)].filter(Boolean).join(
            " · ",
          ) ||
            "The manifest has no schedule."}
        </p>
        ${scheduler ? nothing : html`
          <p class="quiet">Nothing runs by itself until one is started: <code>deno task schedule</code></p>
        `}
      </div>
      <div class="run-now">
        <button type="button" class="primary" ?disabled=${isOpen(request)} @click=${runNow}>Run now</button>
        <p class="small quiet">${request ? inWords(request) : mayRun ? "" : NEEDS_KEY}</p>
      </div>
    </section>
  `;
}

function historyView(runs, run, { open }) {
  return html`
    <section class="panel" aria-labelledby="history-title">
      <div class="head">
        <h2 id="history-title">Runs</h2>
        <a class="csv small" href="/data/runs?format=csv" download>CSV<span class="unseen"> of runs</span></a>
      </div>
      ${runs.length === 0
        ? empty("Nothing has run yet. To run the day, type:", { command: "deno task daily" })
        : table({
          caption: "Runs, the newest first",
          rows: runs,
          isChosen: ({ id }) => id === run?.id,
          columns: [
            {
              name: "Run",
              isHead: true,
              value: ({ id }) =>
                html`
                  <button type="button" class="link" aria-current=${id === run?.id ? "true" : nothing}
                    @click=${() => open(id)}>${id}</button>
                `,
            },
            { name: "Day", value: ({ day }) => day },
            { name: "Kind", value: ({ kind }) => kind },
            { name: "State", value: ({ status }) => badge(status) },
            { name: "Began", value: ({ startedAt }) => at(startedAt) },
            { name: "Took", isNumber: true, value: ({ ms }) => duration(ms) },
          ],
        })}
    </section>
  `;
}
