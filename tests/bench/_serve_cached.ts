/** Lists of people who come back: most are remembered by the server, while one request in a hundred is a rating. */
import type { Figure } from "./benchmark.ts";
import type { Ask } from "./load/traffic.ts";
import { startMatinee } from "./_processes.ts";
import { servingDatabase } from "./_serve_database.ts";
import { LIST, loaded } from "./_serve_load.ts";
import { type ListsReport, named, remembered, text, WORKERS } from "./_serve_lists.ts";
import type { BenchHome, Shape } from "./_shape.ts";

const SECONDS = 6;
/** Long enough for everybody to have come once to every worker. */
const WARM_UP = 8;
/** People who come back. */
const PEOPLE = 1_000;
const WRITES = 0.01;

export const RATING: Omit<Ask, "share"> = {
  name: "rating",
  method: "POST",
  path: "/ratings",
  body: '{"user_id":{user},"movie_id":{movie},"rating":{stars}}',
};

export interface CachedOptions {
  place: BenchHome;
  shape: Shape;
  peer: ListsReport["peer"];
}

export async function cachedLists(
  { place, shape, peer }: CachedOptions,
): Promise<{ figures: Figure[]; notes: string[] }> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const workers of WORKERS) {
    await using database = await servingDatabase(shape);
    await database.publish(place);
    await using running = await startMatinee({ home: place.home, workers, databaseUrl: database.url });
    const load = await loaded(running, {
      asks: [{ ...LIST, share: 1 - WRITES }, { ...RATING, share: WRITES }],
      users: Math.min(PEOPLE, shape.users),
      movies: shape.movies,
      seconds: SECONDS,
      warmUp: WARM_UP,
      database: database.pid,
    });
    const what = `lists of people who come back, ${named(workers)}`;
    notes.push(
      `${what}: ${text(load)}, ${load.databaseCpuMs.toFixed(3)} CPU ms of PostgreSQL; ` +
        `${load.asks.rating.n} of ${load.all.n} requests were ratings (p50 ${
          load.asks.rating.p50.toFixed(2)
        } ms); ` + remembered(load),
    );
    const theirs = peer[workers];
    const name = `FastAPI + numpy, ${named(workers)}`;
    figures.push({
      name: what,
      value: load.all.perSecond,
      unit: "requests/s",
      ...(theirs && { beside: { name, value: theirs.all.perSecond }, asked: { least: 30 } }),
    }, {
      name: what,
      value: load.cpuMs,
      unit: "CPU ms / request",
      ...(theirs && { beside: { name, value: theirs.cpuMs }, asked: { most: 1 / 30 } }),
    });
  }
  return { figures, notes };
}
