import assert from "@std/assert";
import { encodeSnapshot } from "../../../models/snapshot/snapshot.ts";
import { shareSnapshot } from "../../../server/live/load.ts";
import { emptyBase } from "../../../server/live/newer_base.ts";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import { createCrew } from "../../../server/process/crew.ts";
import { createFlags } from "../../../server/process/flags.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { memoryLog } from "../_serving.ts";

/** Says when it begins to take a snapshot up and when it has, a turn of its loop later. */
const WORKER = `
  const say = (message) => postMessage({ kind: "said", level: "info", message });
  onmessage = ({ data }) => {
    if (data.kind === "open") return postMessage({ kind: "opened" });
    if (data.kind === "stop") return postMessage({ kind: "stopped" });
    say("begins");
    setTimeout(() => {
      say("serves");
      postMessage({ kind: "serving", turn: data.turn });
    }, 5);
  };
  postMessage({ kind: "born" });`;

Deno.test("spread() has one worker after the other take a snapshot up, so that the others answer meanwhile", async () => {
  const newerLog = createNewerLog();
  const log = memoryLog();
  const crew = createCrew({
    size: 3,
    newerLog,
    log,
    filling: () => {},
    module: new URL(`data:application/javascript,${encodeURIComponent(WORKER)}`),
    settings: {
      host: "127.0.0.1",
      verbose: false,
      databaseUrl: null,
      logs: "",
      access: { keys: [], isLoopback: true },
      cors: [],
      rate: null,
      newerLog: newerLog.buffer,
      flags: createFlags().buffer,
    },
  });
  await crew.open();
  const { shared } = await shareSnapshot(encodeSnapshot(snapshotParts()));
  await crew.spread({ shared, base: emptyBase(0, 0) });
  await crew.stop();
  assert.deepEqual(log.lines, Array.from({ length: 3 }, () => ["info begins", "info serves"]).flat());
});
