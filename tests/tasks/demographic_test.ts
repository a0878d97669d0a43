/** Demographics on their way: from the archive into training, the gate, the honest score and the published vectors. */
import assert from "@std/assert";
import { decode } from "../../models/container.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import { NOBODY, type People } from "../../models/people.ts";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import { openDemographic } from "../../models/two_tower/demographic.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import { readCatalogue, readFeatureState } from "../../tasks/_lake.ts";
import { readPeople } from "../../tasks/_people.ts";
import evaluate from "../../tasks/evaluate.ts";
import prequential from "../../tasks/prequential.ts";
import publish from "../../tasks/publish.ts";
import train from "../../tasks/train.ts";
import { bootstrapped, type SmallLake, smallLake } from "./_small_lake.ts";
import { ask } from "./import/_ask.ts";

const CONFIG = { preset: "demographic", epochs: 1, hidden: [8], dimension: 8, refit: false };
const GATE = { margin_rmse: 9, margin_ndcg: 1, min_users: 1 };

/** Everybody but user 1 says who they are. */
async function lakeWithPeople(): Promise<SmallLake> {
  const lake = await smallLake();
  await lake.pool.script(`
    insert into raw_db.users (user_id, gender, age, occupation)
    select distinct user_id, case user_id % 2 when 0 then 'F' else 'M' end, 18 + user_id % 40, (user_id % 3)::text
    from raw_db.ratings where user_id > 1;
    update raw_db.users set gender = null where user_id = 2`);
  return lake;
}

Deno.test("readPeople() gives everybody's demographics by id, null where the source says nothing", async () => {
  await using lake = await lakeWithPeople();
  const people = await readPeople(lake.pool);
  assert.deepEqual(people.get(3), { gender: "M", age: 21, occupation: "0" });
  assert.deepEqual([people.get(2)?.gender, people.has(1)], [null, false]);
});

Deno.test("the demographic preset is trained, judged and published with who people are", async () => {
  await using lake = await lakeWithPeople();
  const { pool, artifacts } = lake;
  const day = await bootstrapped(lake);
  const { version } = await day.stage("train", train, { params: { config: CONFIG } });
  const artifact = decode(await loadArtifact(artifacts, `models/${version}.bin`));
  const { genders, occupations } = artifact.header.features as Record<string, string[]>;
  assert.deepEqual([genders, occupations], [["F", "M"], ["0", "1", "2"]]);
  await day.stage("evaluate", evaluate, { params: GATE });
  const { snapshot: path } = await day.stage("publish", publish);
  const snapshot = openSnapshot(await loadArtifact(artifacts, String(path)));

  const users = new IdIndex();
  const state = await readFeatureState(pool, { catalogue: await readCatalogue(pool), users });
  const { embedder } = openDemographic(artifact);
  const vectorOf = (id: number, people: People) => {
    const out = new Float32Array(embedder.dimension);
    embedder.embedUser({ state, histories: new Histories(), users, people }, users.get(id)!, out, 0);
    return [...out];
  };
  const people = await readPeople(pool);
  for (const id of [1, 2, 3, 4]) {
    const at = snapshot.userIndex(id) * embedder.dimension;
    const published = [...snapshot.champion!.userEmbeddings!.subarray(at, at + embedder.dimension)];
    assert.deepEqual(published, vectorOf(id, people), `user ${id}`);
    if (id === 3) assert.notDeepEqual(published, vectorOf(id, NOBODY));
  }
});

Deno.test("evaluate and prequential predict by who people are", async () => {
  // What is measured with demographics is not what is measured after they are gone.
  const measured = async (lake: SmallLake, areGone: boolean) => {
    const first = await bootstrapped(lake);
    await first.stage("train", train, { params: { config: CONFIG } });
    if (areGone) await lake.pool.script("delete from raw_db.users");
    await first.stage("evaluate", evaluate, { params: GATE });
    const second = await lake.day({ kind: "daily", day: "2026-03-02" });
    await second.take("ingest", "clean");
    await second.stage("prequential", prequential);
    return await ask(
      lake.pool.url,
      `select protocol, value from ops_db.model_metrics
       where metric = 'rmse' and slice = 'all' and version not in ('bias', 'popularity') order by protocol`,
    );
  };
  await using one = await lakeWithPeople();
  await using other = await lakeWithPeople();
  const [withThem, without] = [await measured(one, false), await measured(other, true)];
  assert.deepEqual(withThem.map(([protocol]) => protocol), ["holdout", "prequential"]);
  withThem.forEach(([protocol, rmse], i) => assert.notEqual(rmse, without[i][1], protocol!));
});
