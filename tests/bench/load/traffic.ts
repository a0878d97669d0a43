/** What clients ask for: a mix of requests, each drawn by its share, with people and movies at random. */
import { createRng } from "../../../models/rng.ts";

export interface Ask {
  /** In the result. */
  name: string;
  /** Of all requests; shares sum to 1. */
  share: number;
  /** Default GET. */
  method?: "GET" | "POST";
  /** `{user}`, `{movie}` and `{stars}` are drawn for each request. */
  path: string;
  /** JSON, drawn in likewise. */
  body?: string;
}

export interface Traffic {
  asks: readonly Ask[];
  /** People have the ids 1 to `users`, movies 1 to `movies`. */
  users: number;
  movies: number;
  seed: number;
}

export interface Drawn {
  /** Place in `asks`. */
  ask: number;
  bytes: Uint8Array;
}

/** Draws one request after another. */
export function createTraffic(
  { asks, users, movies, seed }: Traffic,
  host: string,
): () => Drawn {
  const rng = createRng(seed);
  const text = new TextEncoder();
  const filled = (template: string) =>
    template
      .replace("{user}", () => `${1 + rng.below(users)}`)
      .replace("{movie}", () => `${1 + rng.below(movies)}`)
      .replace("{stars}", () => `${(1 + rng.below(10)) / 2}`);
  const common = `HTTP/1.1\r\nhost: ${host}\r\n`;
  return () => {
    let [ask, left] = [0, rng.uniform()];
    while (ask < asks.length - 1 && (left -= asks[ask].share) >= 0) ask++;
    const { method = "GET", path, body } = asks[ask];
    const head = `${method} ${filled(path)} ${common}`;
    if (body === undefined) return { ask, bytes: text.encode(`${head}\r\n`) };
    const sent = filled(body); // ASCII
    return {
      ask,
      bytes: text.encode(
        `${head}content-type: application/json\r\ncontent-length: ${sent.length}\r\n\r\n${sent}`,
      ),
    };
  };
}
