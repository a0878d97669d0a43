/**
 * The server over HTTP, in the shape of MovieLens 32M, beside FastAPI with numpy and a hello world.
 *
 * Every server is a process of its own and so is the client. They share the machine: requests per second say as much
 * about who else was there, the server's own CPU time per request is the figure to trust.
 */
import type { BenchmarkOptions, Figure, Report } from "./benchmark.ts";
import { openPeer } from "./_peer.ts";
import { cachedLists } from "./_serve_cached.ts";
import { lists } from "./_serve_lists.ts";
import { CONNECTIONS } from "./_serve_load.ts";
import { soak } from "./_serve_soak.ts";
import { starting } from "./_serve_start.ts";
import { stopUnderLoad, swapUnderLoad } from "./_serve_swap.ts";
import { written } from "./_serve_written.ts";
import { benchHome, FULL, type Shape, shapeOf } from "./_shape.ts";
import { scanning } from "./scan.ts";

const MINUTES = 2;

export async function serving({ ratings, minutes = MINUTES }: BenchmarkOptions): Promise<Report> {
  const shape = ratings === undefined ? FULL : shapeOf(ratings);
  const place = await benchHome(shape);
  const { python, ...peer } = await openPeer();
  const report: Report = { figures: [], notes: [describe(shape, place.bytes)] };
  if ("why" in peer) {
    report.notes.push(
      `no FastAPI beside it: ${peer.why}. Next: python3 with venv and pip, or MATINEE_SERVE_PYTHON`,
    );
  }
  const add = ({ figures, notes }: { figures: Figure[]; notes: string[] }) => {
    report.figures.push(...figures);
    report.notes.push(...notes);
  };
  add(await scanning());
  add({ figures: await starting({ place, shape }), notes: [] });
  const random = await lists({ place, shape, python });
  add(random);
  add(await cachedLists({ place, shape, peer: random.peer }));
  add(await written({ place, shape }));
  add(await swapUnderLoad({ place, shape }));
  add(await stopUnderLoad({ place, shape }));
  if (minutes > 0) add(await soak({ place, shape, minutes }));
  return report;
}

function describe({ ratings, users, movies, dimension }: Shape, bytes: number): string {
  const text = (n: number) => n.toLocaleString("en-US");
  return `${text(ratings)} ratings of ${text(users)} people, ${
    text(movies)
  } × ${dimension} random vectors: ` +
    `${Math.round(bytes / 2 ** 20)} MiB; ${CONNECTIONS} keep-alive connections on loopback, a closed loop, ` +
    `on ${navigator.hardwareConcurrency} cores with a load of ${Deno.loadavg()[0].toFixed(1)} at the start`;
}
