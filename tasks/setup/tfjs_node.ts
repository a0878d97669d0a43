/**
 * `deno task setup:tfjs-node`: installs TensorFlow's native library for `engine: tfjs` into MATINEE_HOME.
 *
 * The package downloads libtensorflow in its install script, so it never stands in the import map: a checkout behind a
 * firewall would not start. It is installed aside, loaded once to see that it works, and only then put in its place.
 */
import { join } from "node:path";
import { homePath } from "../../sql/home.ts";
import { NATIVE_FOLDER, NATIVE_PACKAGE } from "../../models/engines/_tfjs_native.ts";

const PACKAGE = `npm:${NATIVE_PACKAGE}@4.22.0`;

export interface Setup {
  home: string;
  /** The program that installs: Deno itself. */
  deno: string;
}

/** Installs the package; afterwards it is whole below `home`, or nothing of it is there. @throws {Error} with why. */
export async function setUpTfjsNode({ home, deno }: Setup): Promise<string> {
  const place = join(home, NATIVE_FOLDER);
  await Deno.mkdir(home, { recursive: true });
  const aside = await Deno.makeTempDir({ dir: home, prefix: "tfjs-node-" });
  try {
    await Deno.writeTextFile(join(aside, "deno.json"), JSON.stringify({ nodeModulesDir: "auto" }));
    await run(deno, ["install", `--allow-scripts=${PACKAGE}`, PACKAGE], aside);
    await run(deno, ["eval", `${SHIM} await import(${JSON.stringify(NATIVE_PACKAGE)});`], aside);
    await Deno.remove(place, { recursive: true }).catch(ignoreMissing);
    await Deno.rename(aside, place);
    return place;
  } catch (cause) {
    await Deno.remove(aside, { recursive: true }).catch(ignoreMissing);
    throw cause;
  }
}

/** Deno lacks a function of `node:util` that the package asks for. */
const SHIM = `import util from "node:util"; util.isNullOrUndefined ??= (value) => value == null;`;

async function run(deno: string, args: string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(deno, {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).split("\n").map((line) => line.trim());
  const errors = said.filter((line) => /error/i.test(line)); // among them stand backtraces
  const lines = (errors.length > 0 ? errors : said.filter((line) => line !== "")).slice(-4).join("\n  ");
  throw new Error(
    `Cannot install ${PACKAGE} as "deno ${args[0]}" failed:\n  ${lines}\n` +
      "Nothing was installed; engine: kernels and engine: tfjs work without it. " +
      "Next: deno task setup:tfjs-node, where the network lets npm and storage.googleapis.com through",
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  const tell = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  try {
    tell(`fetching ${PACKAGE} and libtensorflow: some 500 MB`);
    tell(`installed in ${await setUpTfjsNode({ home: homePath(), deno: Deno.execPath() })}`);
  } catch (error) {
    tell(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
