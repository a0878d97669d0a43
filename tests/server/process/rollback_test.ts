/** A model is rolled back by its command, and people get the lists of the one before, whichever worker they ask. */
import assert from "@std/assert";
import { join } from "node:path";
import { type Desk, openDesk } from "../../tasks/registry/_desk.ts";
import { until } from "../../support/until.ts";
import { jsonOf, load, started, withHome } from "./_home.ts";

const LIST = "users/1/recommendations?n=10";
const WORKERS = 3;
/** Connections of their own, so many that no worker of three is likely to get none (1 in 10⁵). */
const ASKED = 32;

/** A version with vectors that is fitted in a tenth of a second, champion because a person says so. */
async function published(desk: Desk, seed: number): Promise<string> {
  const version = await desk.train(seed, { model: "als", config: {} });
  assert.equal((await desk.models("promote", version, "--later")).code, 0);
  await desk.publish();
  return version;
}

Deno.test("models rollback reaches every worker of a running server, and no request fails meanwhile", async () => {
  await using desk = await openDesk();
  const first = await published(desk, 1);
  const second = await published(desk, 2);
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
