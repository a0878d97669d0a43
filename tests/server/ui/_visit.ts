/** A visit to the pages in a real browser. Where there is none, the tests are left out, and say so. */
import assert from "@std/assert";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const BROWSER = "/usr/bin/chromium";
const hasBrowser = await Deno.stat(BROWSER).then(() => true, () => false);

/** Milliseconds that the page may take for one step; the machine may be busy. */
const PATIENCE = 20_000;

export interface Look {
  colorScheme?: "light" | "dark";
  width?: number;
}

export interface Visit {
  origin: string;
  /** Errors of the console and the page, and requests to anybody else: what is left at the end fails the test. */
  faults: string[];
  /** A new tab of its own. */
  open(path: string, look?: Look): Promise<Page>;
}

/** One for all tests of a file: starting it costs more than most tests. Each visit has contexts of its own. */
let browser: Browser | undefined;

/** Registers a test of pages; `module` names the file when there is no browser. */
export function pageTests(module: string) {
  if (!hasBrowser) {
    const line = `${module} is left out as there is no ${BROWSER}: apt-get install chromium\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  }
  Deno.test.beforeAll(async () => {
    if (hasBrowser) browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
  });
  Deno.test.afterAll(() => browser?.close());
  return (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !hasBrowser, fn });
}

/** Serves `handler` to a browser; nothing may go wrong in its console, nor anything be asked of anybody else. */
export async function visit(
  handler: (request: Request) => Response | Promise<Response>,
  body: (visit: Visit) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];
  try {
    await body({
      origin,
      faults,
      async open(path, { colorScheme = "light", width = 1100 } = {}) {
        const context = await browser!.newContext({
          colorScheme,
          viewport: { width, height: 800 },
          hasTouch: width < 500,
          reducedMotion: "reduce",
          acceptDownloads: true,
        });
        contexts.push(context);
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE);
        page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
        page.on("pageerror", (error) => faults.push(String(error)));
        page.on("request", (request) => {
          const isOwn = request.url().startsWith(origin) || request.url().startsWith("data:");
          if (!isOwn) faults.push(`asked ${request.url()}`);
        });
        await page.goto(origin + path);
        return page;
      },
    });
    assert.deepEqual(faults, []);
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
    await server.shutdown();
  }
}

/** Nothing is wider than the screen, and axe finds nothing serious, in light and in dark. */
export async function assertSound(page: Page): Promise<void> {
  const where = new URL(page.url()).pathname;
  await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const excess = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(excess) <= 0, `${where} is ${excess} px wider than the screen`);
    const found = await page.evaluate<Violation[]>(AXE);
    const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
    assert.deepEqual(serious, [], `${where}, ${colorScheme}`);
  }
}

const AXE = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes.map(({ html }) => html) })))`;

interface Violation {
  id: string;
  impact: string | null;
  at: string[];
}
