/**
 * Who has rated and hidden what at every moment of a test, beside a server that must heed it: ratings reach the server
 * by the log that workers share, snapshots lag behind, and an erased person is still in the one that is served.
 */
import { NO_SETTINGS, type ServingSettings } from "../../../models/snapshot/serving_settings.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import {
  createMovieRows,
  type MovieRows,
  type NewerBase,
  sharedInt32,
} from "../../../server/live/newer_base.ts";
import { createNewerLog, type NewerEntry } from "../../../server/live/newer_log.ts";
import type { Serving } from "../../../server/live/live.ts";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import type { UntrainedModel } from "../../support/untrained.ts";
import { servingOf } from "../_serving.ts";

type Rated = Map<number, Map<number, number>>;

export interface Publication {
  seed: number;
  /** Null: popularity is all there is. */
  model: UntrainedModel | null;
  /** Whether it is of the last publication's moment, not of now. */
  isLate: boolean;
  hide: ServingSettings["hide"];
}

export class World {
  /** Stars by person and index of movie. */
  readonly rated: Rated = new Map();
  readonly hidden = new Map<number, Set<number>>();
  readonly #log = createNewerLog(1 << 12);
  /** By person and id of a movie: when it was last allowed again, in what has happened until then. */
  readonly #freed = new Map<string, number>();
  #erased = new Set<number>();
  #published: Rated = new Map();
  #serial = 0;

  constructor(readonly movies: number) {}

  rate(userId: number, movie: number, stars: number): void {
    valueOf(this.rated, userId, () => new Map()).set(movie, stars);
    this.#tell({ kind: "rated", userId, movieId: movieIdOf(movie), stars });
  }

  hide(userId: number, movie: number, isHidden: boolean): void {
    const hidden = valueOf(this.hidden, userId, () => new Set());
    if (isHidden) hidden.add(movie);
    else if (hidden.delete(movie)) this.#freed.set(`${userId} ${movieIdOf(movie)}`, this.now);
    this.#tell({ kind: isHidden ? "hidden" : "shown", userId, movieId: movieIdOf(movie) });
  }

  erase(userId: number): void {
    for (const id of this.barred(userId)) this.#freed.set(`${userId} ${id}`, this.now);
    this.rated.delete(userId);
    this.hidden.delete(userId);
    this.#erased.add(userId);
    this.#tell({ kind: "erased", userId });
  }

  /** Ids of movies that no list of that person may hold. */
  barred(userId: number): Set<number> {
    const movies = [...this.rated.get(userId)?.keys() ?? [], ...this.hidden.get(userId) ?? []];
    return new Set(movies.map(movieIdOf));
  }

  /** How much has happened: a moment to compare with. */
  now = 0;

  /** Those of `barred` that no list of that person could hold at any time since `moment`. */
  stillBarred(userId: number, barred: ReadonlySet<number>, moment: number): number[] {
    return [...barred].filter((id) => (this.#freed.get(`${userId} ${id}`) ?? -1) < moment);
  }

  /** How many movies a list of that person could lack at any time since `moment`; `barred`: then. */
  everBarred(userId: number, barred: ReadonlySet<number>, moment: number): number {
    const ever = new Set([...barred, ...this.barred(userId)]);
    for (let index = 0; index < this.movies; index++) {
      if ((this.#freed.get(`${userId} ${movieIdOf(index)}`) ?? -1) >= moment) ever.add(movieIdOf(index));
    }
    return ever.size;
  }

  /** What a server is to serve from now on; what is told while it is being made reaches it by the log. */
  async serving({ seed, model, isLate, hide }: Publication): Promise<Serving> {
    const known = isLate ? this.#published : copied(this.rated);
    if (!isLate) this.#erased = new Set();
    this.#published = known;
    const base = this.#base();
    const seenPairs = [...known].flatMap(([user, movies]) =>
      [...movies].map(([movie, stars]): [number, number, number] => [user, movie, stars])
    ).sort(([a, b], [c, d]) => a - c || b - d);
    const parts = snapshotParts({
      movies: this.movies,
      seenPairs,
      seed,
      hasChampion: model !== null && seenPairs.length > 0,
      model: model ?? undefined,
      serving: { ...NO_SETTINGS, hide },
    });
    return { ...await servingOf(parts), newer: createNewerRatings(base, this.#log) };
  }

  #tell(entry: NewerEntry): void {
    this.now++;
    if (!this.#log.append([entry])) {
      throw new RangeError("The test tells more between two snapshots than fits");
    }
  }

  /** What the database would say that the snapshot does not. */
  #base(): NewerBase {
    const epoch = this.#log.head;
    this.#log.raiseFloor(epoch);
    const since = new Map([...this.rated].map(([user, movies]) => {
      const before = this.#erased.has(user) ? undefined : this.#published.get(user);
      return [user, new Map([...movies].filter(([movie, stars]) => before?.get(movie) !== stars))];
    }));
    const hidden = new Map(
      [...this.hidden].map(([user, movies]) => [user, new Map([...movies].map((movie) => [movie, 0]))]),
    );
    const erased = sharedInt32([...this.#erased].sort((a, b) => a - b));
    return {
      serial: this.#serial++,
      epoch,
      afterBatch: 3,
      ratings: rowsOf(since),
      hidden: rowsOf(hidden),
      erased,
      registered: [],
    };
  }
}

function rowsOf(lists: ReadonlyMap<number, ReadonlyMap<number, number>>): MovieRows {
  const rows = createMovieRows();
  for (const [user, movies] of [...lists].sort(([a], [b]) => a - b)) {
    for (const [movie, stars] of [...movies].sort(([a], [b]) => a - b)) {
      rows.add(user, movieIdOf(movie), 2 * stars);
    }
  }
  return rows.finish();
}

const copied = (rated: Rated): Rated => new Map([...rated].map(([user, movies]) => [user, new Map(movies)]));

function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}
