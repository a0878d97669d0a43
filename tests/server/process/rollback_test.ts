/** A model is rolled back by its command, and people get the lists of the one before, whichever worker they ask. */
import assert from "@std/assert";
import { join } from "node:path";
import { openDesk } from "../../tasks/registry/_desk.ts";
import { until } from "../../support/until.ts";
import { jsonOf, load, started, withHome } from "./_home.ts";

const LIST = "users/1/recommendations?n=10";
const WORKERS = 3;
/** Connections of their own, so many that no worker of three is likely to get none (1 in 10⁵). */
const ASKED = 32;

Deno.test("models rollback reaches every worker of a running server, and no request fails meanwhile", async () => {
  await using desk = await openDesk();
  const first = await desk.champion(1);
  await desk.publish();
  const second = await desk.champion(2);
  await desk.publish();
  await desk.endRun();
  const { artifacts, pool } = desk.lake;
  await withHome(async (home) => {
    await Deno.symlink(artifacts, join(home, "artifacts"));
    await using server = await started({ workers: WORKERS }, { home, databaseUrl: pool.url });
    const served = async () => {
      const lists = await Promise.all(Array.from({ length: ASKED }, () => jsonOf(`${server.url}${LIST}`)));
      return [...new Set(lists.map(({ model_version }) => model_version))];
    };
    assert.deepEqual(await served(), [second]);
    let isOver = false;
    const loading = load(`${server.url}${LIST}`, () => isOver);
    assert.equal((await desk.models("rollback")).code, 0);
    await until(async () => (await served()).join() === first, "all workers serve the model before");
    isOver = true;
    const { failures, answers } = await loading;
    assert.deepEqual(failures, []);
    assert.deepEqual([...answers.keys()].sort(), [first, second].sort());
    const pointer = JSON.parse(await Deno.readTextFile(join(artifacts, "current.json")));
    const line = `info serving snapshot publication=${pointer.publication_id} `;
    assert.ok(server.log.lines.some((each) => each.startsWith(line)), server.log.lines.join("\n"));
  });
});
