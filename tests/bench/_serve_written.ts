/** From a rating that is posted to the list without its movie, beside a commit of the bench's own on the same disk. */
import type { Pool } from "../../sql/db.ts";
import type { Figure } from "./benchmark.ts";
import { type Connection, openConnection } from "./load/connection.ts";
import { createHistogram, type Histogram } from "./load/histogram.ts";
import { type RunningServer, startHello, startMatinee } from "./_processes.ts";
import { servingDatabase } from "./_serve_database.ts";
import type { BenchHome, Shape } from "./_shape.ts";

const RATINGS = 300;
const WORKERS = 2;
/** Not counted: connections are opened, code is compiled. */
const FIRST = 30;
/** Lists after which the movie should be gone. */
const PATIENCE = 100;

export async function written(
  { place, shape }: { place: BenchHome; shape: Shape },
): Promise<{ figures: Figure[]; notes: string[] }> {
  await using database = await servingDatabase(shape);
  await database.publish(place);
  await using running = await startMatinee({
    home: place.home,
    workers: WORKERS,
    databaseUrl: database.url,
  });
  await using hello = await startHello();
  const { host } = new URL(running.url);
  // The rating on one connection, the list on another: with some luck another worker's.
  using posting = await connectTo(running);
  using listing = await connectTo(running);
  using greeting = await connectTo(hello);
  const [gone, accepted] = [createHistogram(), createHistogram()];
  // The least that it can take: a commit, and two exchanges with a server that does nothing.
  const [committed, exchanged] = [createHistogram(), createHistogram()];
  let again = 0;
  for (let i = -FIRST; i < RATINGS; i++) {
    const user = 1 + (i + FIRST) * 7 % shape.users;
    const [movie] = await listOf(listing, user, host);
    const commit = await commitOf(database.pool, user, movie);
    const begun = performance.now();
    await post(posting, { user, movie }, host);
    const posted = performance.now() - begun;
    let lists = 1;
    while ((await listOf(listing, user, host)).includes(movie)) {
      if (++lists > PATIENCE) {
        throw new Error(`Cannot measure as movie ${movie} should leave user ${user}'s list`);
      }
    }
    if (i < 0) continue;
    if (lists > 1) again++;
    gone.add(performance.now() - begun);
    accepted.add(posted);
    committed.add(commit);
    exchanged.add(await exchangeOf(greeting, new URL(hello.url).host));
  }
  const say = (histogram: Histogram) =>
    `p50 ${histogram.at(0.5).toFixed(2)} ms, p99 ${histogram.at(0.99).toFixed(2)} ms`;
  return {
    figures: [{
      name: "rating posted, movie gone from the list, p50",
      value: gone.at(0.5),
      unit: "ms",
      beside: { name: "a commit of the bench's own", value: committed.at(0.5) },
      asked: { most: 1.5 },
    }],
    notes: [
      `${RATINGS} ratings one after the other, ${WORKERS} workers: movie gone ${
        say(gone)
      }; of that the rating ` +
      `${say(accepted)}; own commit ${say(committed)}, an exchange with hello world ${
        say(exchanged)
      }; the first list after it still had the movie ${again} times`,
    ],
  };
}

function connectTo({ url }: RunningServer): Promise<Connection> {
  const { hostname, port } = new URL(url);
  return openConnection({ hostname, port: Number(port) });
}

async function listOf(connection: Connection, user: number, host: string): Promise<number[]> {
  const request = `GET /users/${user}/recommendations?n=10 HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  const { status, body } = await connection.exchange(new TextEncoder().encode(request));
  const text = new TextDecoder().decode(body);
  if (status !== 200) {
    throw new Error(`Cannot measure as user ${user} should get a list: found ${status} ${text}`);
  }
  const { items }: { items: { movie_id: number }[] } = JSON.parse(text);
  return items.map(({ movie_id }) => movie_id);
}

async function post(
  connection: Connection,
  { user, movie }: { user: number; movie: number },
  host: string,
): Promise<void> {
  const body = JSON.stringify({ user_id: user, movie_id: movie, rating: 4 });
  const head = `POST /ratings HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`;
  const { status, body: answer } = await connection.exchange(
    new TextEncoder().encode(`${head}content-length: ${body.length}\r\n\r\n${body}`),
  );
  if (status === 202) return;
  throw new Error(
    `Cannot measure as a rating should be accepted: found ${status} ${new TextDecoder().decode(answer)}`,
  );
}

/** Milliseconds of a request to hello world, as often as of the others. */
async function exchangeOf(connection: Connection, host: string): Promise<number> {
  const request = `GET /users/1/recommendations HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  const begun = performance.now();
  await connection.exchange(new TextEncoder().encode(request));
  return performance.now() - begun;
}

/** Milliseconds of one row that is on disk afterwards. */
async function commitOf(pool: Pool, user: number, movie: number): Promise<number> {
  const begun = performance.now();
  await pool.execute("../../tests/bench/queries/commit_one", [user, movie, 4]);
  return performance.now() - begun;
}
