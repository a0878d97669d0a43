import assert from "@std/assert";
import { createLog } from "../../../../tasks/runner/cli/log.ts";
import { formatLines, keepRunLog, readRunLog } from "../../../../tasks/runner/history/run_log.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "matinee_logs_" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const quietLog = () => {
  const now = () => new Date(Date.UTC(2026, 2, 1, 2));
  return createLog({ format: "logfmt", verbose: false, terminal: false, write() {}, now });
};

Deno.test("keepRunLog() keeps a run's lines and details, of this process and the one before", async () => {
  await inFolder(async (folder) => {
    for (const part of ["first", "second"]) {
      const log = quietLog();
      using _kept = keepRunLog(log, folder, 7);
      log.line("run", { status: part });
      log.ofStage("clean").detail(`${part} detail`);
      log.ofStage("train").warn("slow");
    }
    const lines = await readRunLog(folder, { runId: 7 });
    assert.deepEqual(lines?.map(({ event, status }) => [event, status]), [
      ["run", "first"],
      ["detail", undefined],
      ["warning", undefined],
      ["run", "second"],
      ["detail", undefined],
      ["warning", undefined],
    ]);
    const clean = await readRunLog(folder, { runId: 7, stage: "clean" });
    assert.deepEqual(clean?.map(({ message }) => message), ["first detail", "second detail"]);
    assert.equal(
      formatLines(clean!.slice(0, 1)),
      '02:00:00 detail   stage=clean message="first detail"\n',
    );
  });
});

Deno.test("keepRunLog() keeps nothing once it is disposed", async () => {
  await inFolder(async (folder) => {
    const log = quietLog();
    keepRunLog(log, folder, 1)[Symbol.dispose]();
    log.line("run", { status: "after" });
    assert.deepEqual(await readRunLog(folder, { runId: 1 }), []);
  });
});

Deno.test("readRunLog() passes over a line that a kill has cut off, and knows a log that is not there", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/3.jsonl`,
      '{"time":"2026-03-01T02:00:00Z","event":"run"}\n{"time":"20',
    );
    assert.deepEqual((await readRunLog(folder, { runId: 3 }))?.map(({ event }) => event), ["run"]);
    assert.equal(await readRunLog(folder, { runId: 4 }), null);
  });
});

Deno.test("keepRunLog() drops the lines of long gone runs, and of no others", async () => {
  await inFolder(async (folder) => {
    for (const name of ["1.jsonl", "101.jsonl", "102.jsonl", "notes.txt"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    using _kept = keepRunLog(quietLog(), folder, 501);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["102.jsonl", "501.jsonl", "notes.txt"]);
  });
});
