/** Minutes of everything that people ask for, mixed: does anything fail, does memory grow? */
import type { Figure } from "./benchmark.ts";
import type { Ask } from "./load/traffic.ts";
import { startMatinee } from "./_processes.ts";
import { RATING } from "./_serve_cached.ts";
import { servingDatabase } from "./_serve_database.ts";
import { CONNECTIONS, LIST, startLoad, within } from "./_serve_load.ts";
import { unanswered } from "./_serve_swap.ts";
import type { BenchHome, Shape } from "./_shape.ts";

const WORKERS = 2;
const SECONDS_PER_LOOK = 5;

const get = (name: string, share: number, path: string): Ask => ({ name, share, path });

const MIX: readonly Ask[] = [
  { ...LIST, share: 0.595 },
  get("filtered", 0.08, "/users/{user}/recommendations?n=20&genres=Drama&year_from=1980"),
  get("diverse", 0.02, "/users/{user}/recommendations?n=10&diversity=0.3"),
  get("explained", 0.02, "/users/{user}/recommendations?n=10&explain=true"),
  get("why not", 0.01, "/users/{user}/why-not/{movie}"),
  get("person", 0.04, "/users/{user}"),
  get("movie", 0.06, "/movies/{movie}"),
  get("similar", 0.05, "/movies/{movie}/similar"),
  get("search", 0.03, "/movies?query=number%20{movie}"),
  get("popular", 0.02, "/movies/popular"),
  get("health", 0.01, "/health/ready"),
  get("metrics", 0.005, "/metrics"),
  { ...RATING, share: 0.05 },
  {
    name: "guest",
    share: 0.01,
    method: "POST",
    path: "/recommend",
    body: '{"ratings":[{"movie_id":{movie},"rating":{stars}}],"top_n_final":10}',
  },
];

export interface SoakOptions {
  place: BenchHome;
  shape: Shape;
  minutes: number;
}

export async function soak(
  { place, shape, minutes }: SoakOptions,
): Promise<{ figures: Figure[]; notes: string[] }> {
  await using database = await servingDatabase(shape);
  await database.publish(place);
  await using running = await startMatinee({ home: place.home, workers: WORKERS, databaseUrl: database.url });
  const traffic = { asks: MIX, ...within(shape), seed: 1 };
  const seconds = 60 * minutes;
  const { result } = startLoad({ server: running.url, traffic, connections: CONNECTIONS, seconds, slot: 60 });
  const looks: Look[] = [];
  const begun = performance.now();
  const watch = setInterval(
    () => looks.push({ minutes: (performance.now() - begun) / 60_000, mib: running.rssMib() }),
    1_000 * SECONDS_PER_LOOK,
  );
  const found = await result.finally(() => clearInterval(watch));
  const last = looks.slice(Math.floor(2 * looks.length / 3));
  const slowest = Object.entries(found.asks).map(([name, { n, p50, p99 }]) =>
    `${name} ${n} × ${p50.toFixed(1)}/${p99.toFixed(1)}`
  );
  return {
    figures: [
      ...unanswered(`${minutes} minutes of mixed traffic`, found),
      {
        name: `mixed traffic, resident memory, last third of ${minutes} minutes`,
        value: slopeOf(last),
        unit: "MiB / minute",
        beside: { name: "as asked", value: 1 },
        asked: { most: 1 },
      },
    ],
    notes: [
      `mixed traffic: ${Math.round(found.all.perSecond)} requests/s; resident ${
        at(looks, 0)
      } MiB at first, ` +
      `${at(last, 0)} at two thirds, ${at(looks, -1)} at last; requests × p50/p99 ms: ${slowest.join(", ")}`,
    ],
  };
}

interface Look {
  minutes: number;
  mib: number;
}

const at = (looks: readonly Look[], place: number) => Math.round(looks.at(place)?.mib ?? NaN);

/** Least squares. */
export function slopeOf(looks: readonly Look[]): number {
  const mean = (of: (look: Look) => number) => looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
  const [t, m] = [mean(({ minutes }) => minutes), mean(({ mib }) => mib)];
  return mean(({ minutes, mib }) => (minutes - t) * (mib - m)) / mean(({ minutes }) => (minutes - t) ** 2);
}
