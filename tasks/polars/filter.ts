/**
 * Runs a Polars program as a filter: bytes in, bytes out, in a short process of its own.
 *
 * Polars is native code: its process alone has `--allow-ffi`, and it may neither write, run, nor reach the net. A
 * process per chunk starts in a fraction of a second, dies with the stage, and gives all its memory back.
 */

export interface FilterOptions {
  /** Command-line arguments of the program. */
  args?: readonly (string | number)[];
  /** Kills the process. */
  signal?: AbortSignal;
}

/**
 * What `program` makes of `input`. All but `validate_rows` read all of it before their first byte comes out.
 *
 * @throws the signal's reason; what `input` throws; or an error with the program's last words when it fails.
 */
export async function* filter(
  program: "validate" | "validate_rows" | "add_up" | "parquet" | "vectors",
  input: AsyncIterable<Uint8Array>,
  { args = [], signal }: FilterOptions = {},
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  // Through /usr/bin/env, as the database's launcher does: it alone needs the permission to run.
  const child = new Deno.Command("/usr/bin/env", {
    args: [
      Deno.execPath(),
      "run",
      "-P=polars",
      "--no-prompt",
      "--quiet",
      "--v8-flags=--expose-gc", // frames are outside its heap: a program that makes many must say when to let go
      script(program),
      ...args.map(String),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const lastWords = new Response(child.stderr).text();
  // A program that is fed no more must not wait for the rest, nor work on a part.
  const fed = ReadableStream.from(input).pipeTo(child.stdin).then(() => undefined, (error: unknown) => {
    kill(child);
    return error;
  });
  const ended = Promise.all([child.status, fed, lastWords]);
  let isRead = false;
  try {
    yield* child.stdout;
    isRead = true;
  } finally {
    if (!isRead) {
      kill(child);
      await ended;
    }
  }
  const [{ success, code }, inputError, words] = await ended;
  signal?.throwIfAborted();
  if (inputError && !(inputError instanceof Deno.errors.BrokenPipe)) throw inputError;
  if (!success) throw failure(program, code, words);
}

function script(program: string): string {
  return new URL(`./${program}.ts`, import.meta.url).href;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill();
  } catch {
    // It has ended by itself.
  }
}

function failure(program: string, code: number, words: string): Error {
  return new Error(
    `Cannot run Polars program "${program}" as it ended with code ${code}: found ${
      JSON.stringify(words.trim())
    }. ` +
      `Next: deno install, which fetches Polars anew`,
  );
}
