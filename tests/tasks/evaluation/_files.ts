/** Files of an evaluation in a folder of their own, and the command as a person runs it. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { createRng } from "../../../models/rng.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** `deno task evaluate …`, without `deno task` around it. */
export async function runCommand(name: string, args: readonly string[], cwd?: string): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${ROOT}deno.json`,
      "-P=evaluation",
      `${ROOT}tasks/evaluation/main.ts`,
      name,
      ...args,
    ],
    cwd: cwd ?? ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

export interface Folder extends AsyncDisposable {
  path(name: string): string;
  write(name: string, text: string): Promise<string>;
  names(): string[];
}

export async function createFolder(): Promise<Folder> {
  const folder = await Deno.makeTempDir({ prefix: "matinee evaluate " });
  return {
    path: (name) => join(folder, name),
    async write(name, text) {
      await Deno.writeTextFile(join(folder, name), text);
      return join(folder, name);
    },
    names: () => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Seeded ratings as lines of CSV: 30 people, 25 movies, each pair once, a time each. */
export function seededLines(n: number, seed = 1): string[] {
  const rng = createRng(seed);
  const pairs = new Set<number>();
  while (pairs.size < n) pairs.add(rng.below(30 * 25));
  return Array.from(pairs, (pair, i) => {
    const [user, movie] = [1 + pair % 30, 10 * (1 + Math.floor(pair / 30))];
    return `${user},${movie},${1 + (user + movie / 10 + rng.below(3)) % 5},${1_000_000 + 60 * i}`;
  });
}

export const HEADER = "userId,movieId,rating,timestamp";

export const csv = (lines: readonly string[], header = HEADER) => [header, ...lines, ""].join("\n");
