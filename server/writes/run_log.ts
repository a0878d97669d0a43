/** The lines that a run has kept (tasks/runner/history/run_log.ts): JSON, one a line, in `<home>/logs/<run_id>.jsonl`. */
import { join } from "node:path";

export interface RunLine {
  /** ISO time. */
  time: string;
  /** Null: of no stage. */
  stage: string | null;
  /** `12:03:04 event key=value …`. */
  text: string;
}

/** Newest lines that are shown: the file has all. */
const MOST_LINES = 500;

/** The last lines of a run, oldest first; empty where none are kept. */
export async function readRunLines(folder: string, runId: number): Promise<RunLine[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(folder, `${runId}.jsonl`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").flatMap(parseLine).slice(-MOST_LINES);
}

/** Nothing for the empty end, and for a line that a kill has cut off. */
function parseLine(line: string): RunLine[] {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    return [];
  }
  if (typeof found !== "object" || found === null) return [];
  const { time = "", event = "", ...fields } = found as Record<string, unknown>;
  const told = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`).join("");
  const stage = typeof fields.stage === "string" ? fields.stage : null;
  return [{ time: String(time), stage, text: `${String(time).slice(11, 19)} ${event}${told}` }];
}
