/**
 * Where a benchmark's process spends its time: V8's own samples, as a `.cpuprofile` and as a page with a flame graph.
 *
 * The page is one file without scripts from elsewhere; the profile opens in Chrome's DevTools and in speedscope.
 */
import { Session } from "node:inspector";

/** Microseconds between two samples. */
const INTERVAL_US = 1_000;
const LINE_PX = 18;
/** Share of the whole below which a box is left out: nobody could read it. */
const SMALLEST = 0.0005;

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

export interface CpuProfile {
  nodes: ProfileNode[];
  /** Node of each sample, and microseconds since the one before. */
  samples: number[];
  timeDeltas: number[];
}

/** Starts sampling this isolate; the function that is returned ends it. */
export async function startProfile(): Promise<() => Promise<CpuProfile>> {
  const session = new Session();
  session.connect();
  const post = (method: string, params?: object) =>
    new Promise<unknown>((resolve, reject) =>
      session.post(method, params, (error, result) => error ? reject(error) : resolve(result))
    );
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  await post("Profiler.start");
  return async () => {
    const { profile } = await post("Profiler.stop") as { profile: CpuProfile };
    session.disconnect();
    return profile;
  };
}

/** A box of the flame graph: a function under its callers. */
interface Box {
  name: string;
  place: string;
  /** Microseconds, those it called included. */
  total: number;
  called: Box[];
}

/** The calls of `profile` as a tree, idle time left out; calls of one function from one place are one box. */
export function callTree({ nodes, samples, timeDeltas }: CpuProfile): Box {
  const own = new Map<number, number>();
  samples.forEach((id, i) => own.set(id, (own.get(id) ?? 0) + timeDeltas[i]));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const boxOf = (node: ProfileNode): Box => {
    const called = (node.children ?? []).map((id) => boxOf(byId.get(id)!)).filter(({ total }) => total > 0);
    const isIdle = node.callFrame.functionName === "(idle)" || node.callFrame.functionName === "(program)";
    const self = isIdle ? 0 : own.get(node.id) ?? 0;
    const total = called.reduce((sum, box) => sum + box.total, self);
    const { functionName, url, lineNumber } = node.callFrame;
    return {
      name: functionName || "(anonymous)",
      place: url === ""
        ? ""
        : `${url.replace(/^.*\/(?=(?:models|tasks|sql|server|tests|npm)\b)/, "")}:${lineNumber + 1}`,
      total,
      called: called.sort((a, b) => b.total - a.total),
    };
  };
  return boxOf(nodes[0]);
}

/** One page: a box as wide as its time, callers above the called; a click makes a box as wide as the page. */
export function flameGraph(title: string, profile: CpuProfile): string {
  const root = callTree(profile);
  const boxes: string[] = [];
  let deepest = 0;
  const draw = (box: Box, depth: number, left: number) => {
    const width = box.total / Math.max(1, root.total);
    if (width < SMALLEST) return;
    deepest = Math.max(deepest, depth);
    const text = `${box.name} ${box.place}, ${(box.total / 1_000).toFixed(0)} ms, ${
      (100 * width).toFixed(1)
    } %`;
    boxes.push(
      `<a data-l="${left.toFixed(6)}" data-w="${width.toFixed(6)}" style="top:${
        depth * LINE_PX
      }px;background:hsl(${hueOf(box.place)} 70% 75%)" title="${escaped(text)}">${escaped(box.name)}</a>`,
    );
    let at = left;
    for (const called of box.called) {
      draw(called, depth + 1, at);
      at += called.total / Math.max(1, root.total);
    }
  };
  draw(root, 0, 0);
  return PAGE
    .replaceAll("TITLE", () => escaped(`${title}: ${(root.total / 1e6).toFixed(2)} s in JavaScript`))
    .replace("HEIGHT", String((deepest + 1) * LINE_PX))
    .replace("BOXES", () => boxes.join("\n"));
}

/** A file has a colour. */
function hueOf(place: string): number {
  let hue = 0;
  for (const letter of place.replace(/:\d+$/, "")) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  return hue;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>TITLE</title>
<style>
body { font: 13px system-ui, sans-serif; margin: 1em }
#graph { position: relative; height: HEIGHTpx }
a { position: absolute; height: ${
  LINE_PX - 1
}px; overflow: hidden; white-space: nowrap; box-sizing: border-box;
    border-right: 1px solid #fff; padding: 0 2px; font-size: 11px; line-height: ${
  LINE_PX - 1
}px; cursor: pointer }
</style>
<h1>TITLE</h1>
<p>A box is as wide as the time in it and in what it calls, which stands below. Point at one to read it; click one to
make it as wide as the page, the topmost to see everything.</p>
<div id="graph">
BOXES
</div>
<script>
const boxes = [...document.querySelectorAll("#graph a")];
function show(left, width) {
  for (const box of boxes) {
    const [l, w] = [(+box.dataset.l - left) / width, +box.dataset.w / width];
    box.style.display = l + w <= 1e-9 || l >= 1 - 1e-9 ? "none" : "block";
    box.style.left = 100 * Math.max(0, l) + "%";
    box.style.width = 100 * (Math.min(1, l + w) - Math.max(0, l)) + "%";
  }
}
for (const box of boxes) box.onclick = () => show(+box.dataset.l, +box.dataset.w);
show(0, 1);
</script>
`;
