/** A million requests over HTTP amid ratings, hides and swaps: no list holds what its person has seen or hidden. */
import assert from "@std/assert";
import { join } from "node:path";
import { createRng } from "../../models/rng.ts";
import { startMatinee } from "../bench/_processes.ts";
import { createArchive, publish } from "../server/_archive.ts";
import { testPool } from "../support/database.ts";
import { movieIdOf, snapshotParts, userIdOf } from "../support/snapshot.ts";
import { crowd } from "./_crowd.ts";

/** MATINEE_SLOW_REQUESTS=20000 for a short one. */
const REQUESTS = Number(Deno.env.get("MATINEE_SLOW_REQUESTS") ?? 1_000_000);
const [USERS, MOVIES, WORKERS, CONNECTIONS] = [400, 200, 2, 16];
const BETWEEN_SWAPS_MS = 1_500;

type Pair = readonly [user: number, movie: number];

/** Everybody has seen the last movie, and a fifth of the others. */
function firstPairs(): Pair[] {
  const rng = createRng(1);
  return Array.from(
    { length: USERS * MOVIES },
    (_, i): Pair => [userIdOf(Math.floor(i / MOVIES)), i % MOVIES],
  )
    .filter(([, movie]) => movie === MOVIES - 1 || rng.uniform() < 0.2);
}

Deno.test(`no list of ${REQUESTS} requests over HTTP holds what was seen or hidden, whatever is live`, async () => {
  await using db = await testPool();
  const home = await Deno.makeTempDir({ prefix: "matinee crowd " });
  await using _home = { [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }) };
  const artifacts = join(home, "artifacts");
  const pairs = firstPairs();
  const partsOf = (seed: number) =>
    snapshotParts({ movies: MOVIES, seenPairs: pairs, seed, hasChampion: seed % 5 !== 4 });
  await createArchive(db, partsOf(1));
  await publish(db, artifacts, partsOf(1));
  await using server = await startMatinee({ home, workers: WORKERS, databaseUrl: db.url });

  const users = Array.from({ length: USERS }, (_, user) => userIdOf(user));
  const gone = new Map(users.map((user) => [user, new Set<number>()]));
  for (const [user, movie] of pairs) gone.get(user)!.add(movieIdOf(movie));
  let [swaps, isOver] = [0, false];
  const swapping = (async () => {
    for (; !isOver; swaps++) {
      await publish(db, artifacts, partsOf(2 + swaps));
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_SWAPS_MS));
    }
  })();
  const movies = Array.from({ length: MOVIES }, (_, movie) => movieIdOf(movie));
  const found = await crowd({
    server: server.url,
    users,
    movies,
    gone,
    requests: REQUESTS,
    connections: CONNECTIONS,
    seed: 1,
  }).finally(() => {
    isOver = true;
    return swapping;
  });

  assert.deepEqual(found.violations.slice(0, 5), []);
  assert.ok([...found.listed.values()].every((n) => n > 0), JSON.stringify([...found.listed]));
  assert.equal(found.lists + found.ratings + found.hides, REQUESTS);
  assert.ok(
    found.versions.size > Math.min(2, swaps / 2),
    `${swaps} swaps, but ${[...found.versions]} answered`,
  );
  const told =
    `${found.lists} lists in ${found.listed.size} ways, ${found.ratings} ratings, ${found.hides} hides`;
  Deno.stderr.writeSync(new TextEncoder().encode(`${told}, ${swaps} swaps\n`));
});
