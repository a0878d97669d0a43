/** The answers of /pipeline and /runs in the names that the page uses. */

export function pipelineOf({ stages, ...pipeline }) {
  return {
    ...pipeline,
    stages: stages.map(({ stage: name, enabled: isEnabled, ...stage }) => ({ ...stage, name, isEnabled })),
  };
}

export function runOf({ run_id: id, started_at: startedAt, finished_at: finishedAt, stages, ...run }) {
  return {
    checks: [],
    log: [],
    ...run,
    id,
    startedAt,
    ms: between(startedAt, finishedAt),
    attempts: stages.map(attemptOf),
  };
}

function attemptOf(
  { started_at: startedAt, finished_at: finishedAt, rows_in: rowsIn, rows_out: rowsOut, ...attempt },
) {
  return {
    outputs: {},
    error: null,
    ...attempt,
    startedAt,
    ms: between(startedAt, finishedAt),
    rowsIn,
    rowsOut,
  };
}

const between = (from, to) => from && to ? Date.parse(to) - Date.parse(from) : null;
