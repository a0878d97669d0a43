/**
 * What a worker counts of itself, for Prometheus: rate, errors and durations by route, what lists came from, and what
 * is served.
 *
 * Each worker has its own registry; `GET /metrics` adds those of all workers up, whichever of them is asked.
 */
import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";
import type { Live } from "../live/live.ts";
import type { RecommendationList } from "../recommend/request.ts";
import type { ShadowSums } from "../recommend/shadow.ts";
import type { ServerState } from "./env.ts";
import type { ProblemKind } from "./problem.ts";
import { createDurations, createTallies, type Duration, type Tally } from "./series.ts";

/** One worker's figures: plain data, so that workers can send them. */
export type WorkerMetrics = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** What became of one request. */
export interface Answered {
  method: string;
  /** The pattern, as `/users/:id`; "unmatched" when no route took it. */
  route: string;
  status: number;
  seconds: number;
}

/** What made a list. */
export type ListOrigin = Pick<RecommendationList, "source" | "path" | "variant">;

export interface Metrics {
  answered(request: Answered): void;
  /** Where the durations of requests that are all alike are added. */
  durations(kind: Omit<Answered, "seconds">): Duration;
  /** Counts a list that goes out, and what its last step took out. */
  listed(list: ListOrigin & Pick<RecommendationList, "dropped">): void;
  /** Where lists of one origin are counted. */
  lists(origin: ListOrigin): Tally;
  /** Counts a look into the cache of lists. */
  cached(result: "hit" | "miss"): void;
  problem(kind: ProblemKind): void;
  /** This worker's figures. */
  collect(): Promise<WorkerMetrics>;
}

export interface MetricsOptions {
  live: Readonly<Live>;
  state: Pick<ServerState, "isDatabaseUp">;
  clock: () => Date;
  /** Sums of the shadow's comparisons, by version; absent: there is no shadow. */
  shadow?: () => ReadonlyMap<string, ShadowSums>;
}

/** Upper bounds in seconds: a cached list takes 30 µs, a scan of 87,585 movies half a millisecond. */
const SECONDS = [
  0.000_05,
  0.000_1,
  0.000_25,
  0.000_5,
  0.001,
  0.002_5,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  10,
];

export function createMetrics(options: MetricsOptions): Metrics {
  const registers = [new Registry()];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `matinee_${name}`, help, labelNames, registers });
  const requests = createDurations({
    name: "matinee_http_request_duration_seconds",
    help: "Time that requests took, by route and status.",
    bounds: SECONDS,
  });
  const durations: Metrics["durations"] = ({ method, route, status }) =>
    requests.of({ method, route, status });
  const origins = createTallies({
    name: "matinee_lists_total",
    help: "Lists that went out, by what made them.",
    labelNames: ["source", "path", "variant"],
  }, registers);
  const lists: Metrics["lists"] = ({ source, path, variant }) =>
    origins.of({ source, path, variant: variant ?? "" });
  const dropped = counter("list_dropped_total", "Candidates that the last step took out of lists.", ["why"]);
  const looks = createTallies({
    name: "matinee_list_cache_total",
    help: "Looks into the cache of lists.",
    labelNames: ["result"],
  }, registers);
  const [hit, miss] = [looks.of({ result: "hit" }), looks.of({ result: "miss" })];
  const problems = counter("problems_total", "Answers that say what went wrong, by kind.", ["kind"]);
  addServed(registers, options);
  addShadow(registers, options);
  return {
    durations,
    answered: (request) => durations(request).add(request.seconds),
    lists,
    listed(list) {
      lists(list).n++;
      const { seen, hidden, excluded } = list.dropped;
      if (seen > 0) dropped.inc({ why: "seen" }, seen);
      if (hidden > 0) dropped.inc({ why: "hidden" }, hidden);
      if (excluded > 0) dropped.inc({ why: "excluded" }, excluded);
    },
    cached: (result) => void (result === "hit" ? hit : miss).n++,
    problem: (kind) => problems.inc({ kind }),
    collect: async () => [requests.collect(), ...await registers[0].getMetricsAsJSON()],
  };
}

/** What is served: the same in every worker but for a moment, so that the newest counts. */
function addServed(registers: Registry[], { live, state, clock }: MetricsOptions): void {
  new Gauge({
    name: "matinee_model_info",
    help: "1 for the version and the snapshot that are served.",
    labelNames: ["version", "model", "snapshot", "day"],
    aggregator: "max",
    registers,
    collect() {
      this.reset();
      const { snapshot, sha256 } = live.current ?? {};
      if (!snapshot) return;
      const { champion, day } = snapshot;
      this.set({
        version: champion?.version ?? "",
        model: champion?.model ?? "popularity",
        snapshot: sha256?.slice(0, 16) ?? "",
        day: day ?? "",
      }, 1);
    },
  });
  const gauge = (name: string, help: string, value: () => number | null) =>
    new Gauge({
      name: `matinee_${name}`,
      help,
      aggregator: "max",
      registers,
      collect() {
        const now = value();
        // Without a value there is no line: a 0 would be one.
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  gauge(
    "snapshot_age_seconds",
    "Since what is served was published, for the first time after a rollback.",
    () => {
      const at = live.current?.publishedAt ?? null;
      return at === null ? null : (clock().getTime() - at) / 1000;
    },
  );
  gauge("newer_ratings", "Ratings that came after the snapshot.", () => live.current?.newer.nRatings ?? null);
  gauge("database_up", "Whether the last look reached PostgreSQL.", () => state.isDatabaseUp ? 1 : 0);
}

/** Sums are a worker's; their ratios are of all workers once they are added up. */
function addShadow(registers: Registry[], { shadow }: MetricsOptions): void {
  if (!shadow) return;
  const sum = (name: string, help: string, value: (sums: ShadowSums) => number) =>
    new Gauge({
      name: `matinee_shadow_${name}`,
      help,
      labelNames: ["version"],
      registers,
      collect() {
        for (const [version, sums] of shadow()) this.set({ version }, value(sums));
      },
    });
  sum("lists", "Lists that a version in the shadow made, too.", ({ lists }) => lists);
  sum("overlap_sum", "Sum over these of the share of movies that both lists have.", ({ overlap }) => overlap);
  sum("correlated", "Lists with two movies or more in common.", ({ correlated }) => correlated);
  sum(
    "correlation_sum",
    "Sum over these of Kendall's tau of the common movies.",
    ({ correlation }) => correlation,
  );
  sum("skipped", "Lists that were not compared since too many waited.", ({ skipped }) => skipped);
  sum("failed", "Lists that the version in the shadow could not make.", ({ failed }) => failed);
}

/** Figures of what waits, by queue. */
export async function queueMetrics(lengths: Readonly<Record<string, number>>): Promise<WorkerMetrics> {
  const registers = [new Registry()];
  const help = "What waits: live ratings in the inbox, requests to the scheduler.";
  const gauge = new Gauge({ name: "matinee_queue_length", help, labelNames: ["queue"], registers });
  for (const [queue, length] of Object.entries(lengths)) gauge.set({ queue }, length);
  return await registers[0].getMetricsAsJSON();
}

/** The text that Prometheus reads, of `workers` added up. */
export async function metricsText(workers: readonly WorkerMetrics[]): Promise<string> {
  return await AggregatorRegistry.aggregate([...workers]).metrics();
}

/** Media type of `metricsText()`. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;
