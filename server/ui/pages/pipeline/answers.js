/** The answers of /pipeline and /runs in the names that the page uses. */

export function pipelineOf(answer) {
  return {
    ...answer,
    stages: answer.stages.map((stage, i, all) => ({
      name: stage.stage ?? stage.name,
      task: stage.task,
      needs: stage.needs ?? (i === 0 ? [] : [all[i - 1].stage ?? all[i - 1].name]),
      isEnabled: stage.enabled ?? true,
      when: stage.when ?? null,
    })),
  };
}

export function runOf(answer) {
  return {
    id: answer.run_id,
    day: answer.day,
    kind: answer.kind,
    status: answer.status,
    startedAt: answer.started_at,
    finishedAt: answer.finished_at,
    ms: between(answer.started_at, answer.finished_at),
    attempts: (answer.stages ?? []).map(attemptOf),
    log: answer.log ?? [],
  };
}

function attemptOf(stage) {
  return {
    stage: stage.stage,
    attempt: stage.attempt ?? 1,
    status: stage.status,
    startedAt: stage.started_at,
    ms: stage.ms ?? between(stage.started_at, stage.finished_at),
    rowsIn: stage.rows_in,
    rowsOut: stage.rows_out,
    outputs: stage.outputs,
    error: stage.error,
  };
}

const between = (from, to) => from && to ? new Date(to) - new Date(from) : null;
