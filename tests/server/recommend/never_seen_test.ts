import assert from "@std/assert";
import fc from "fast-check";
import type { Serving } from "../../../server/live/live.ts";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";
import { appOn, newerRatings, servingOf } from "../_serving.ts";

const USERS = 8;
const MOVIES = 30;

type Event =
  | { kind: "ask"; user: number; n: number }
  | { kind: "rate"; user: number; movie: number }
  | { kind: "publish"; lag: number; seed: number; hasChampion: boolean };

const user = fc.integer({ min: 1, max: USERS });
const ask = fc.record({ kind: fc.constant("ask" as const), user, n: fc.integer({ min: 1, max: 100 }) });
const rate = fc.record({ kind: fc.constant("rate" as const), user, movie: fc.nat({ max: MOVIES - 1 }) });
const publish = fc.record({
  kind: fc.constant("publish" as const),
  lag: fc.nat({ max: 40 }),
  seed: fc.nat(),
  hasChampion: fc.boolean(),
});
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof({ weight: 8, arbitrary: ask }, { weight: 4, arbitrary: rate }, { weight: 1, arbitrary: publish }),
  { minLength: 160, maxLength: 160, size: "max" },
);

/** Ratings in the order in which they came; what the snapshot lacks of them is newer. */
class World {
  readonly pairs: [user: number, movie: number][] = [];

  has(user: number, movie: number): boolean {
    return this.pairs.some((pair) => pair[0] === user && pair[1] === movie);
  }

  /** A snapshot that lacks the last `lag` ratings. */
  async serving({ lag, seed, hasChampion }: Omit<Event & { kind: "publish" }, "kind">): Promise<Serving> {
    const known = this.pairs.slice(0, Math.max(0, this.pairs.length - lag));
    const seenPairs = known.sort(([a, b], [c, d]) => a - c || b - d);
    return await servingOf(snapshotParts({ movies: MOVIES, seenPairs, seed, hasChampion }), this.newer(lag));
  }

  newer(lag: number): [number, number][] {
    return this.pairs.slice(Math.max(0, this.pairs.length - lag)).map((
      [user, movie],
    ) => [user, movieIdOf(movie)]);
  }
}

Deno.test("no list ever holds a seen movie, over 10⁴ requests amid ratings and swaps", async () => {
  let requests = 0;
  const run = async (events: Event[]) => {
    const world = new World();
    const { app, live } = appOn(await world.serving({ lag: 0, seed: 1, hasChampion: true }));
    let lag = 0;
    const answers: Promise<void>[] = [];
    for (const event of events) {
      if (event.kind === "ask") {
        requests++;
        const seen = world.pairs.filter((pair) => pair[0] === event.user).map((pair) => movieIdOf(pair[1]));
        const response = Promise.resolve(app.request(`/users/${event.user}/recommendations?n=${event.n}`));
        answers.push(response.then((answer) => checkList(answer, new Set(seen), event.n)));
      } else if (event.kind === "rate" && !world.has(event.user, event.movie)) {
        world.pairs.push([event.user, event.movie]);
        const { current } = live;
        if (current) live.current = { ...current, newer: newerRatings(3, world.newer(++lag)) };
      } else if (event.kind === "publish") {
        lag = Math.min(event.lag, world.pairs.length);
        live.current = await world.serving({ ...event, lag });
      }
    }
    await Promise.all(answers);
  };
  await fc.assert(fc.asyncProperty(events, run), { numRuns: 110, endOnFailure: true });
  assert.ok(requests >= 10_000, `asked only ${requests} times`);
});

async function checkList(response: Response, seen: Set<number>, n: number): Promise<void> {
  assert.equal(response.status, 200);
  const { items }: { items: { movie_id: number; score: number; rank: number }[] } = await response.json();
  for (const { movie_id } of items) assert.ok(!seen.has(movie_id), `movie ${movie_id} was seen`);
  assert.equal(new Set(items.map(({ movie_id }) => movie_id)).size, items.length);
  assert.equal(items.length, Math.min(n, MOVIES - seen.size));
  items.forEach(({ score, rank }, i) => {
    assert.equal(rank, i + 1);
    assert.ok(i === 0 || items[i - 1].score >= score);
  });
}
