/** The pipeline as the newest run of a whole day had it: what tasks/runner/run/graph.ts keeps with each run. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";

export interface RunGraph {
  name: string;
  stages: { stage: string; task: string; needs: string[]; enabled: boolean; when: string | null }[];
  schedules: { name: string; cron: string; timezone: string; only: string[] | null }[];
}

export type GraphRun =
  & Pick<
    Row<"ops_db.runs">,
    "run_id" | "day" | "kind" | "status" | "started_at" | "finished_at"
  >
  & {
    graph: RunGraph;
  };

/** The run, with its graph; null before there is one. */
export async function readGraphRun(db: Db): Promise<GraphRun | null> {
  return await db.row<GraphRun>("operate/newest_graph") ?? null;
}

export async function readGraph(db: Db): Promise<RunGraph | null> {
  return (await readGraphRun(db))?.graph ?? null;
}
