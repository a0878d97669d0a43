/** Hands the new champion to the server at once, by the publish stage of the newest run. */
import type { World } from "../runner/cli/command.ts";
import { loadPipeline } from "../runner/cli/load.ts";
import { execute } from "../runner/run/execute.ts";
import { latestRun } from "../runner/run/journal.ts";
import type { Session } from "../runner/session.ts";

export interface Publishing {
  /** Whether the server has the champion now. */
  isDone: boolean;
  /** Whether it should have, and the stage failed. */
  hasFailed: boolean;
  /** What became of it, and what to do. */
  said: string;
}

/** `publishNow()` does what `deno task daily --only publish` does; a run that is unfinished publishes by itself. */
export async function publishNow(
  session: Session,
  world: World,
  { manifest: file, later }: { manifest?: string; later: boolean },
): Promise<Publishing> {
  const pending = (said: string): Publishing => ({ isDone: false, hasFailed: false, said });
  if (later) return pending("The next publication serves it. Next: deno task daily");
  const latest = await latestRun(session.db);
  if (latest === undefined) {
    return pending("There is no run yet that could publish it. Next: deno task daily");
  }
  if (latest.status !== "succeeded") {
    return pending(
      `The run of ${latest.day} is unfinished: it publishes when it goes on. Next: deno task daily`,
    );
  }
  const pipeline = await loadPipeline(file);
  const stage = pipeline.manifest.stages.find(({ task, enabled }) => task === "publish" && enabled);
  if (stage === undefined) {
    return pending(
      `${pipeline.manifest.file} has no publish stage, so nothing is handed to the server. Next: deno task plan`,
    );
  }
  const due = { kind: latest.kind, day: latest.day, unfinished: latest };
  const place = { ...session.workplace(world), selection: { only: stage.as } };
  const { status } = await execute(pipeline, due, place);
  if (status === "succeeded") {
    return { isDone: true, hasFailed: false, said: "Published: the server has it now." };
  }
  return {
    isDone: false,
    hasFailed: true,
    said: `Publishing ${status}. Next: deno task daily --only ${stage.as}`,
  };
}
