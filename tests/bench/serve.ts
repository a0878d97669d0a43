/**
 * What a list costs over HTTP: Matinee's application beside a hello world, each in a process of its own.
 *
 * The client shares the machine with the server, so requests per second are a lower bound; the server's CPU time per
 * request is the figure.
 */
import { fileURLToPath } from "node:url";
import { createRng } from "../../models/rng.ts";
import { userIdOf } from "../support/snapshot.ts";
import { type Figure, type Report, startClock } from "./benchmark.ts";
import { type ServingSpent, USERS } from "./_serving_process.ts";

const CATALOGUES = [10_000, 87_585];
const SECONDS = 4;
const WARM_UP_SECONDS = 1;
const CONNECTIONS = 8;

interface Served {
  perSecond: number;
  /** Of the server, for one request. */
  cpuMs: number;
  peakRssMib: number;
}

export async function serving(): Promise<Report> {
  const hello = await serve("hello");
  const figures: Figure[] = [];
  const peaks: string[] = [];
  for (const movies of CATALOGUES) {
    const served = await serve(String(movies));
    const name = `list of 10 from ${movies.toLocaleString("en-US")} movies`;
    figures.push({
      name,
      value: served.perSecond,
      unit: "requests/s",
      beside: { name: "hello world", value: hello.perSecond },
    }, {
      name,
      value: served.cpuMs,
      unit: "CPU ms / request",
      beside: { name: "hello world", value: hello.cpuMs },
    });
    peaks.push(`${Math.round(served.peakRssMib)} MiB with ${movies.toLocaleString("en-US")} movies`);
  }
  return {
    figures,
    notes: [
      `GET /users/{id}/recommendations?n=10, ${
        USERS.toLocaleString("en-US")
      } users at random, ${CONNECTIONS} connections ` +
      `on loopback for ${SECONDS} s, client on the same machine`,
      `servers at their peak, generated snapshot and all: ${peaks.join(", ")}; hello world ${
        Math.round(hello.peakRssMib)
      } MiB`,
    ],
  };
}

/** Starts a server, loads it, ends it. */
async function serve(what: string): Promise<Served> {
  const script = fileURLToPath(new URL("./_serving_process.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, what],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    return await load(`http://127.0.0.1:${await firstLine(child.stdout)}`);
  } finally {
    child.kill();
    await child.status;
  }
}

async function load(server: string): Promise<Served> {
  using client = Deno.createHttpClient({});
  const soFar = async (): Promise<ServingSpent> =>
    await (await fetch(`${server}/bench/spent`, { client })).json();
  await ask(server, { client, seconds: WARM_UP_SECONDS });
  const before = await soFar();
  const clock = startClock();
  const requests = await ask(server, { client, seconds: SECONDS });
  const { seconds } = clock();
  const after = await soFar();
  return {
    perSecond: requests / seconds,
    cpuMs: (after.cpu_s - before.cpu_s) * 1_000 / requests,
    peakRssMib: after.peak_rss_mib,
  };
}

/** Asks for lists of random users until `seconds` are over; returns how many. */
async function ask(
  server: string,
  { client, seconds }: { client: Deno.HttpClient; seconds: number },
): Promise<number> {
  const rng = createRng(1);
  const end = performance.now() + 1_000 * seconds;
  let answered = 0;
  const connection = async () => {
    while (performance.now() < end) {
      const user = userIdOf(rng.below(USERS));
      const response = await fetch(`${server}/users/${user}/recommendations?n=10`, { client });
      await response.arrayBuffer();
      if (response.status !== 200) {
        throw new Error(
          `Cannot measure as user ${user} should be answered with 200: found ${response.status}`,
        );
      }
      answered++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return answered;
}

async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) return text.trim();
  }
  throw new Error(`Cannot measure as the server ended before it listened: found ${JSON.stringify(text)}`);
}
