/** Python for slow tests: a virtual environment with packages from PyPI, made once under the tests' home. */
import { join } from "node:path";

const checkout = decodeURIComponent(new URL("../../", import.meta.url).pathname);

export interface PythonOptions {
  /** Its folder below `python/` in the home. */
  name: string;
  /** As pip takes them, pinned. */
  packages: readonly string[];
  /** The variable that may name the interpreter of an environment which has them already. */
  variable: string;
  /** Where `python/` is made; by default the tests' home. */
  home?: string;
}

/** The interpreter; null where there is no Python 3, so that its tests are left out. @throws what pip complains about. */
export async function pythonWith(options: PythonOptions): Promise<string | null> {
  const { name, packages, variable } = options;
  const given = Deno.env.get(variable);
  if (given) return given;
  const home = options.home ?? Deno.env.get("MATINEE_TEST_HOME") ?? `${checkout}.matinee/test`;
  const folder = join(home, "python", name);
  const python = join(folder, "bin", "python");
  const stamp = join(folder, "packages.txt");
  const wanted = packages.join("\n");
  if (await Deno.readTextFile(stamp).catch(() => null) === wanted) return python;
  try {
    await run("python3", ["-m", "venv", folder]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
  await Deno.writeTextFile(stamp, wanted);
  return python;
}

/** What a Python program prints. @throws {Error} with its last words when it fails. */
export async function run(
  python: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const output = await new Deno.Command(python, { args: [...args], env, stdin: "null" }).output();
  const text = new TextDecoder();
  if (!output.success) {
    throw new Error(`Cannot run ${python} ${args.join(" ")}: ${text.decode(output.stderr).slice(-2_000)}`);
  }
  return text.decode(output.stdout);
}
