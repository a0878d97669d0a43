import assert from "@std/assert";
import fc from "fast-check";
import { createNewerRatings, type NewerRatings } from "../../../server/live/newer.ts";
import { createMovieRows, emptyBase, type NewerBase, sharedInt32 } from "../../../server/live/newer_base.ts";
import {
  createNewerLog,
  type NewerEntry,
  type NewerLog,
  openNewerLog,
} from "../../../server/live/newer_log.ts";

const USERS = [1, 2, 3];
const MOVIES = [10, 20, 30, 40];

/** What is true of everybody, entry by entry: a database, and what the views are held against. */
class Truth {
  ratings = new Map<string, number>();
  hidden = new Set<string>();
  erased = new Set<number>();

  take(entry: NewerEntry): void {
    const { userId } = entry;
    if (entry.kind === "erased") {
      this.erased.add(userId);
      for (const movie of MOVIES) {
        this.ratings.delete(`${userId} ${movie}`);
        this.hidden.delete(`${userId} ${movie}`);
      }
      return;
    }
    const key = `${userId} ${entry.movieId}`;
    if (entry.kind === "rated") this.ratings.set(key, entry.stars);
    if (entry.kind === "hidden") this.hidden.add(key);
    if (entry.kind === "shown") this.hidden.delete(key);
  }

  base(facts: Pick<NewerBase, "serial" | "epoch">): NewerBase {
    const rows = (has: (key: string) => number | null) => {
      const lists = createMovieRows();
      for (const user of USERS) {
        for (const movie of MOVIES) {
          const half = has(`${user} ${movie}`);
          if (half !== null) lists.add(user, movie, half);
        }
      }
      return lists.finish();
    };
    return {
      ...facts,
      afterBatch: 0,
      ratings: rows((key) => this.ratings.has(key) ? 2 * this.ratings.get(key)! : null),
      hidden: rows((key) => this.hidden.has(key) ? 0 : null),
      erased: sharedInt32([...this.erased].sort((a, b) => a - b)),
      registered: [],
    };
  }
}

function assertTells(view: NewerRatings, truth: Truth): void {
  let n = 0;
  for (const user of USERS) {
    for (const movie of MOVIES) {
      const key = `${user} ${movie}`;
      assert.equal(view.of(user)?.get(movie), truth.ratings.get(key), `rating ${key}`);
      assert.equal(view.hidden(user)?.has(movie) ?? false, truth.hidden.has(key), `hidden ${key}`);
      if (truth.ratings.has(key)) n++;
    }
    assert.equal(view.isErased(user), truth.erased.has(user), `erased ${user}`);
  }
  assert.equal(view.nRatings, n);
}

const user = fc.constantFrom(...USERS);
const movie = fc.constantFrom(...MOVIES);
const entry: fc.Arbitrary<NewerEntry> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("rated" as const),
      userId: user,
      movieId: movie,
      stars: fc.integer({ min: 1, max: 10 }).map((half) => half / 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("hidden" as const, "shown" as const),
      userId: user,
      movieId: movie,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("erased" as const), userId: user }) },
);

const READERS = 3;
type Step =
  | { do: "append"; entries: NewerEntry[]; by: number }
  | { do: "look"; reader: number }
  | { do: "begin" | "read" | "raise" }
  | { do: "adopt"; reader: number };
const reader = fc.nat(READERS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      by: reader,
      entries: fc.array(entry, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("look" as const), reader }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("begin" as const, "read" as const, "raise" as const) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("adopt" as const), reader }) },
);

/** Several workers' ends of one log, and the coordinator's refreshes, in steps that may come in any order. */
class World {
  readonly log = createNewerLog(8);
  readonly ends: NewerLog[] = Array.from({ length: READERS }, (_, i) => openNewerLog(this.log.buffer, i + 2));
  readonly truth = new Truth();
  #serial = 0;
  /** The head that was noted, before the database is read. */
  #noted: number | null = null;
  #base = emptyBase(0, this.log.head);
  readonly views = this.ends.map((end) => createNewerRatings(this.#base, end));
  #adopted = new Set<number>(this.ends.keys());

  take(step: Step): void {
    switch (step.do) {
      case "append":
        // The database commits first; what the log refuses is answered 503, and stays in the database alone.
        if (this.views[step.by].append(step.entries)) step.entries.forEach((entry) => this.truth.take(entry));
        break;
      case "look":
        this.views[step.reader].takeIn();
        return assertTells(this.views[step.reader], this.truth);
      case "begin":
        this.#noted = this.log.head;
        break;
      case "read":
        // Only once all have the base before: as the coordinator does.
        if (this.#noted === null || this.#adopted.size < READERS) break;
        this.#base = this.truth.base({ serial: ++this.#serial, epoch: this.#noted });
        this.#adopted.clear();
        this.#noted = null;
        break;
      case "adopt":
        this.views[step.reader] = createNewerRatings(this.#base, this.ends[step.reader]);
        this.#adopted.add(step.reader);
        break;
      case "raise":
        if (this.#adopted.size === READERS) this.log.raiseFloor(this.#base.epoch);
    }
  }
}

Deno.test("no interleaving of appends, refreshes, swaps and reads forgets an entry", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const world = new World();
      for (const step of steps) world.take(step);
      for (const view of world.views) {
        view.takeIn();
        assertTells(view, world.truth);
      }
    }),
    { numRuns: 3_000, seed: 6 },
  );
});

Deno.test("append() refuses what would overwrite entries that are still needed, whole, and goes on once there is room", () => {
  const log = createNewerLog(4);
  const view = createNewerRatings(emptyBase(0, 0), log);
  const rated = (movieId: number): NewerEntry => ({ kind: "rated", userId: 1, movieId, stars: 4.5 });
  assert.ok(view.append([rated(1), rated(2)]));
  assert.ok(log.isHalfFull);
  assert.ok(!view.append([rated(3), rated(4), rated(5)]));
  assert.ok(view.append([rated(3), rated(4)]));
  assert.ok(!view.append([rated(5)]));
  view.takeIn();
  assert.deepEqual([...view.of(1) ?? []], [[1, 4.5], [2, 4.5], [3, 4.5], [4, 4.5]]);
  log.raiseFloor(3);
  assert.ok(!log.isHalfFull);
  assert.ok(view.append([rated(5), rated(6), rated(7)]));
  view.takeIn();
  assert.equal(view.of(1)?.size, 7);
});

Deno.test("a view whose base was replaced learns nothing wrong from entries that took the place of others", () => {
  const log = createNewerLog(2);
  const old = createNewerRatings(emptyBase(0, 0), log);
  const append = (userId: number) => log.append([{ kind: "rated", userId, movieId: 10, stars: 1 }]);
  append(1), append(2);
  log.raiseFloor(2);
  append(3), append(4);
  old.takeIn();
  assert.deepEqual([1, 2, 3, 4].map((userId) => old.of(userId)), [null, null, null, null]);
});

Deno.test("positions may wrap around 2^32", () => {
  const log = createNewerLog(8);
  const words = new Int32Array(log.buffer);
  words[0] = words[1] = 2 ** 31 - 3;
  const view = createNewerRatings(emptyBase(0, log.head), log);
  for (let i = 0; i < 6; i++) {
    assert.ok(log.append([{ kind: "rated", userId: i, movieId: 10, stars: 1 }]));
    view.takeIn();
    assert.equal(view.of(i)?.get(10), 1);
    assert.equal(view.nRatings, i + 1);
  }
  log.raiseFloor(log.head);
  assert.ok(!log.isHalfFull && log.head < 0);
});

Deno.test("version() changes with whatever is told of a person, and of nobody else", () => {
  const log = createNewerLog(16);
  const truth = new Truth();
  truth.take({ kind: "rated", userId: 2, movieId: 20, stars: 3 });
  const view = createNewerRatings(truth.base({ serial: 1, epoch: 0 }), log);
  assert.equal(view.version(1), 0);
  const seen = new Set([view.version(1), view.version(2)]);
  const tell = (entry: NewerEntry) => {
    const others = [1, 2, 3].filter((id) => id !== entry.userId);
    const before = others.map((id) => view.version(id));
    view.append([entry]);
    view.takeIn();
    assert.ok(!seen.has(view.version(entry.userId)));
    seen.add(view.version(entry.userId));
    assert.deepEqual(others.map((id) => view.version(id)), before);
  };
  tell({ kind: "rated", userId: 1, movieId: 10, stars: 4 });
  tell({ kind: "rated", userId: 1, movieId: 10, stars: 3 });
  tell({ kind: "hidden", userId: 1, movieId: 20 });
  tell({ kind: "shown", userId: 1, movieId: 20 });
  tell({ kind: "erased", userId: 2 });
  tell({ kind: "rated", userId: 2, movieId: 20, stars: 3 });
  const next = createNewerRatings(truth.base({ serial: 2, epoch: log.head }), log);
  assert.ok(next.version(2) > Math.max(...seen));
});

Deno.test("an owner that died in the middle of an append is let go, and what it began was never told", () => {
  const log = createNewerLog(8);
  const words = new Int32Array(log.buffer);
  words[2] = 7;
  log.release(5);
  assert.equal(words[2], 7);
  log.release(7);
  const view = createNewerRatings(emptyBase(0, 0), log);
  assert.ok(view.append([{ kind: "rated", userId: 1, movieId: 10, stars: 5 }]));
  view.takeIn();
  assert.equal(view.nRatings, 1);
});

Deno.test("of() keeps the order in which ratings came: a replaced one in its place, nothing from before an erasure", () => {
  const log = createNewerLog(16);
  const view = createNewerRatings(emptyBase(0, 0), log);
  const rated = (movieId: number, stars: number) =>
    view.append([{ kind: "rated", userId: 1, movieId, stars }]);
  rated(30, 1), rated(10, 2), rated(20, 3), rated(30, 4);
  view.append([{ kind: "hidden", userId: 1, movieId: 20 }, { kind: "hidden", userId: 1, movieId: 40 }]);
  view.takeIn();
  assert.deepEqual([...view.of(1) ?? []], [[30, 4], [10, 2], [20, 3]]);
  assert.deepEqual([...view.hidden(1) ?? []].sort(), [20, 40]);
  view.append([{ kind: "erased", userId: 1 }]);
  rated(10, 5);
  view.takeIn();
  assert.deepEqual([...view.of(1) ?? []], [[10, 5]]);
  assert.equal(view.hidden(1), null);
});

Deno.test("a view has room for as many people and ratings as come", () => {
  const log = createNewerLog(1024);
  const view = createNewerRatings(emptyBase(0, 0), log);
  const people = Array.from({ length: 300 }, (_, person) => 7 * person);
  for (const userId of people) view.append([{ kind: "erased", userId }]);
  for (const movieId of [1, 2]) {
    for (const userId of people) view.append([{ kind: "rated", userId, movieId, stars: movieId }]);
  }
  view.takeIn();
  for (const userId of people) {
    assert.deepEqual([...view.of(userId) ?? []], [[1, 1], [2, 2]]);
    assert.ok(view.isErased(userId));
    assert.ok(!view.isErased(userId + 1) && view.of(userId + 1) === null);
  }
  assert.equal(view.nRatings, 600);
});
