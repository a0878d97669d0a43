/** A server that hands out zips as GroupLens does, or fails as networks do. */
import { zipSync } from "fflate";
import { MOVIES, ratingsCsv } from "./_data_folder.ts";

export type Behavior = "whole" | "no range" | "cut" | "silent" | "stalled" | "missing" | "another file";

export interface GroupLens extends AsyncDisposable {
  baseUrl: string;
  zip: Uint8Array<ArrayBuffer>;
  behavior: Behavior;
  /** The `range` of each request, in order. */
  ranges: (string | null)[];
}

/** Serves ml-latest-small.zip. */
export function groupLens(behavior: Behavior = "whole"): GroupLens {
  const lines = Array.from(
    { length: 3_000 },
    (_, i) => `${i % 90},${1 + i % 2},${1 + i % 5},${1e9 + i * 7919}`,
  );
  const bytes = (text: string) => new TextEncoder().encode(text);
  const zip = zipSync({
    "ml-latest-small/ratings.csv": bytes(ratingsCsv(lines)),
    "ml-latest-small/movies.csv": bytes(MOVIES),
  });
  const stop = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: stop.signal, onListen() {} },
    (request) => {
      state.ranges.push(request.headers.get("range"));
      return answer(request, state, stop.signal);
    },
  );
  const state: GroupLens = {
    baseUrl: `http://127.0.0.1:${server.addr.port}/datasets/`,
    zip,
    behavior,
    ranges: [],
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
  return state;
}

function answer(
  request: Request,
  { behavior, zip }: GroupLens,
  closing: AbortSignal,
): Response | Promise<Response> {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  const headers = { "content-length": String(zip.length) };
  switch (behavior) {
    case "missing":
      return new Response("gone", { status: 404, statusText: "Not Found" });
    case "another file":
      return new Response("hello");
    case "silent":
      return new Promise((resolve) => closing.addEventListener("abort", () => resolve(new Response("late"))));
    case "no range":
      return new Response(zip, { headers });
    case "cut":
    case "stalled":
      return new Response(beginning(zip.slice(0, zip.length >> 1), behavior, closing), { headers });
    default:
      if (from >= zip.length) return new Response(null, { status: 416 });
      if (from === 0) return new Response(zip, { headers });
      return new Response(zip.slice(from), {
        status: 206,
        headers: { "content-range": `bytes ${from}-${zip.length - 1}/${zip.length}` },
      });
  }
}

function beginning(
  bytes: Uint8Array,
  behavior: "cut" | "stalled",
  closing: AbortSignal,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
    async pull(controller) {
      if (behavior === "cut") return controller.close();
      await new Promise((resolve) => closing.addEventListener("abort", resolve));
    },
  });
}
