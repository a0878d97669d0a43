/** The file of predictions: written aside while there is work, put in place when it is whole. */
import { basename, dirname, join } from "node:path";
import { UsageError } from "../runner/errors.ts";

const ROWS_PER_WRITE = 16_384;

export interface PredictionsFile extends AsyncDisposable {
  /** Writes header and rows; the file is in place when this returns. */
  write(header: string, rows: Iterable<string>): Promise<number>;
}

/**
 * Opens what will become `path`. Disposed before `write()` is done, nothing is left.
 *
 * @throws {UsageError} when it cannot be written: before any work, not after.
 */
export async function openPredictions(path: string): Promise<PredictionsFile> {
  const aside = join(dirname(path), `.${basename(path)}.${Deno.pid}.partial`);
  const refuse = (cause: unknown): never => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(
      `Cannot write predictions to "${path}": ${why}. Next: --predictions in a folder of yours`,
      {
        cause,
      },
    );
  };
  const there = await Deno.stat(path).catch(() => null);
  if (there !== null && !there.isFile) refuse(new Error("it is there already, and is no file"));
  const file = await Deno.open(aside, { write: true, create: true, truncate: true }).catch(refuse);
  let isDone = false;
  return {
    async write(header, rows) {
      const encoder = new TextEncoder();
      let [text, n] = [`${header}\n`, 0];
      const flush = async () => {
        const bytes = encoder.encode(text);
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at)).catch(refuse);
        text = "";
      };
      for (const row of rows) {
        text += `${row}\n`;
        if (++n % ROWS_PER_WRITE === 0) await flush();
      }
      await flush();
      await file.sync();
      await Deno.rename(aside, path).catch(refuse);
      isDone = true;
      return n;
    },
    async [Symbol.asyncDispose]() {
      file.close();
      if (!isDone) await Deno.remove(aside);
    },
  };
}

/** A score as it is written: nine digits tell any two 32-bit floats apart. */
export function scoreText(score: number): string {
  return String(Number(score.toPrecision(9)));
}
