/** The lines of each run, kept below the home: one file a run, a JSON object a line, details as well. */
import { join } from "node:path";
import { type KeptLine, logfmt, type RunLog } from "../cli/log.ts";

/** Runs whose lines are kept; older files go when a run begins. */
const KEPT_RUNS = 400;

interface RunLogFile extends Disposable {
  write(line: KeptLine): void;
}

const FILE = /^(\d+)\.jsonl$/;

const pathOf = (folder: string, runId: number) => join(folder, `${runId}.jsonl`);

/** Opens the file of a run; what an earlier process wrote of it stays above. */
function openRunLog(folder: string, runId: number): RunLogFile {
  for (const { name } of Deno.readDirSync(folder)) {
    const old = Number(FILE.exec(name)?.[1]);
    if (old <= runId - KEPT_RUNS) Deno.removeSync(join(folder, name));
  }
  const file = Deno.openSync(pathOf(folder, runId), { append: true, create: true });
  const encoder = new TextEncoder();
  return {
    write(line) {
      // One write a line: a kill leaves at most the last one cut off.
      file.writeSync(encoder.encode(JSON.stringify(line) + "\n"));
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** Keeps what `log` says from now on with the run, until disposed. */
export function keepRunLog(log: RunLog, folder: string, runId: number): Disposable {
  const file = openRunLog(folder, runId);
  const kept = log.keepIn((line) => file.write(line));
  return {
    [Symbol.dispose]() {
      kept[Symbol.dispose]();
      file[Symbol.dispose]();
    },
  };
}

/** The lines of a run, oldest first, of one stage or of all; null when no file is here. */
export async function readRunLog(
  folder: string,
  { runId, stage }: { runId: number; stage?: string },
): Promise<KeptLine[] | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(pathOf(folder, runId));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const lines = text.split("\n").map(parseLine).filter((line) => line !== null);
  return stage === undefined ? lines : lines.filter((line) => line.stage === stage);
}

/** Null for the empty end, and for a line that a kill has cut off. */
function parseLine(text: string): KeptLine | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Lines as a terminal shows them. */
export function formatLines(lines: readonly KeptLine[]): string {
  return lines.map(({ time, event, ...fields }) =>
    `${time.slice(11, 19)} ${event.padEnd(8)} ${logfmt(fields)}\n`
  ).join("");
}
