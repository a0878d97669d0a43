/**
 * A crowd on keep-alive connections: people ask for lists in every way there is, rate, and hide movies.
 *
 * What a person has been told is accepted must be in none of their lists that are asked for afterwards, on whatever
 * connection. What is on its way may be in or not. Movies that are rated or hidden come out of the person's last list,
 * and that person is asked about most right then: where a list is late, it shows.
 */
import { createRng, type Rng } from "../../models/rng.ts";
import { type Connection, openConnection } from "../bench/load/connection.ts";

export interface CrowdOptions {
  server: string;
  users: readonly number[];
  movies: readonly number[];
  /** What each has rated to begin with, by user; the crowd adds what it rates and hides. */
  gone: ReadonlyMap<number, Set<number>>;
  requests: number;
  connections: number;
  seed: number;
}

export interface CrowdReport {
  lists: number;
  /** Movies that were listed, by path without what was drawn: where there are none, nothing was shown to be right. */
  listed: Map<string, number>;
  ratings: number;
  hides: number;
  versions: Set<string>;
  violations: string[];
}

/** Shares of all requests. */
const [RATES, HIDES] = [0.02, 0.004];
/** Share of the lists that are of somebody who has just rated or hidden a movie. */
const OF_THE_LAST = 0.3;

/** Sends `requests` requests. @throws when one of them fails. */
export async function crowd(options: CrowdOptions): Promise<CrowdReport> {
  const report: CrowdReport = {
    lists: 0,
    listed: new Map(),
    ratings: 0,
    hides: 0,
    versions: new Set(),
    violations: [],
  };
  let left = options.requests;
  const last: Last = { user: options.users[0], list: new Map() };
  await Promise.all(Array.from({ length: options.connections }, async (_, i) => {
    const rng = createRng(options.seed + i);
    using exchange = await openExchange(options.server);
    while (left-- > 0) await act(exchange, { ...options, rng, report, last });
  }));
  return report;
}

/** What the crowd remembers of itself. */
interface Last {
  /** Who rated or hid something last. */
  user: number;
  /** The movies of each person's last list. */
  list: Map<number, readonly number[]>;
}

interface Acting extends CrowdOptions {
  rng: Rng;
  report: CrowdReport;
  last: Last;
}

type Exchange = Awaited<ReturnType<typeof openExchange>>;

async function act(exchange: Exchange, acting: Acting): Promise<void> {
  const { users, movies, gone, rng, report, last } = acting;
  const drawn = <T>(list: readonly T[]) => list[rng.below(list.length)];
  const what = rng.uniform();
  if (what >= RATES + HIDES) {
    return await askForList(exchange, rng.uniform() < OF_THE_LAST ? last.user : drawn(users), acting);
  }
  const user = drawn(users);
  const movie = drawn(last.list.get(user) ?? movies);
  if (what < RATES) {
    const rating = (1 + rng.below(10)) / 2;
    await exchange.send("POST", "/ratings", { user_id: user, movie_id: movie, rating });
    report.ratings++;
  } else {
    await exchange.send("PUT", `/users/${user}/hidden/${movie}`);
    report.hides++;
  }
  gone.get(user)!.add(movie);
  last.user = user;
}

async function askForList(
  exchange: Exchange,
  user: number,
  { movies, gone, rng, report, last }: Acting,
): Promise<void> {
  const way = WAYS[rng.below(WAYS.length)](user, rng, movies);
  const barred = new Set([...gone.get(user)!, ...way.excluded ?? []]);
  const text = await exchange.send(way.body ? "POST" : "GET", way.path, way.body);
  const listed = moviesOf(text);
  for (const movie of listed) {
    if (!barred.has(movie)) continue;
    report.violations.push(`user ${user}, movie ${movie}, ${way.path}: ${text.slice(0, 300)}`);
  }
  if (listed.length > 0) last.list.set(user, listed);
  report.lists++;
  const name = way.path.replace(/\d+/g, "1").replace(/(1,)+/, "");
  report.listed.set(name, (report.listed.get(name) ?? 0) + listed.length);
  const [, version] = /"model_version":"([^"]*)"/.exec(text) ?? [];
  if (version !== undefined) report.versions.add(version);
}

interface Way {
  path: string;
  body?: unknown;
  excluded?: readonly number[];
}

const WAYS: readonly ((user: number, rng: Rng, movies: readonly number[]) => Way)[] = [
  (user) => ({ path: `/users/${user}/recommendations?n=10` }),
  (user) => ({ path: `/users/${user}/recommendations?n=10` }), // the way that lists are remembered for
  (user, rng) => ({ path: `/users/${user}/recommendations?n=${1 + rng.below(100)}` }),
  (user) => ({ path: `/users/${user}/recommendations?n=20&genres=Comedy,Drama&year_from=1940` }),
  (user) => ({ path: `/users/${user}/recommendations?n=10&diversity=0.6` }),
  (user) => ({ path: `/users/${user}/recommendations?n=5&explain=true` }),
  (user) => ({ path: `/users/${user}/recommendations?n=50&model=popularity` }),
  (user) => ({ path: `/recommend/popularity?format=full&user_id=${user}` }),
  (user) => ({ path: "/recommend", body: { user_id: user, top_n_final: 15 } }),
  (user, rng, movies) => {
    const rated = movies[rng.below(movies.length)];
    const ratings = [{ movie_id: rated, rating: 4 }];
    return { path: "/recommend", body: { user_id: user, ratings }, excluded: [rated] };
  },
  (user, rng, movies) => {
    const excluded = Array.from({ length: 5 }, () => movies[rng.below(movies.length)]);
    return { path: `/users/${user}/recommendations?n=30&exclude=${excluded}`, excluded };
  },
];

/** Movies of a list, but for those that explain others. */
function moviesOf(text: string): number[] {
  const listed = text.includes('"because"')
    ? JSON.stringify(JSON.parse(text).items.map(({ movie_id }: { movie_id: number }) => ({ movie_id })))
    : text;
  return Array.from(listed.matchAll(/"movie_id":(\d+)/g), ([, id]) => Number(id));
}

async function openExchange(server: string) {
  const { hostname, port, host } = new URL(server);
  const connect = () => openConnection({ hostname, port: Number(port) });
  let connection: Connection = await connect();
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  return {
    /** The body of the answer. @throws when it is not 2xx. */
    async send(method: string, path: string, body?: unknown): Promise<string> {
      const json = body === undefined ? "" : JSON.stringify(body);
      const about = body === undefined
        ? ""
        : `content-type: application/json\r\ncontent-length: ${json.length}\r\n`;
      const request = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${about}\r\n${json}`;
      const answer = await connection.exchange(encoder.encode(request));
      const text = decoder.decode(answer.body);
      if (answer.isLast) {
        connection[Symbol.dispose]();
        connection = await connect();
      }
      if (answer.status >= 200 && answer.status < 300) return text;
      throw new Error(`Cannot go on as ${method} ${path} should be answered: found ${answer.status} ${text}`);
    },
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}
