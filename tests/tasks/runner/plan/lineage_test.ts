import assert from "@std/assert";
import { lineageOf, lineageRows } from "../../../../tasks/runner/plan/lineage.ts";
import { mermaid } from "../../../../tasks/runner/plan/mermaid.ts";
import { plan } from "../../../../tasks/runner/plan/plan.ts";
import { DAY, manifestOf, planState } from "../_fake_day.ts";

const finished = {
  ingest: 40,
  clean: 40,
  prequential: 40,
  features: 40,
  train: 40,
  evaluate: 40,
  publish: 40,
};
const champion = { version: "3f2a", model: "two_tower", throughBatch: 40 };
const state = planState({ newestBatch: 40, finished, champion });

/** The plan, its tables and its chart. */
function seen(...tasks: string[]) {
  const manifest = manifestOf(`stages:\n${tasks.map((task) => `  - { task: ${task} }\n`).join("")}`);
  const { stages: planned } = plan(manifest, DAY, state);
  const lineage = lineageOf(manifest, { tasks: DAY, state, planned: planned! });
  const chart = mermaid(manifest.stages, { planned: planned!, lineage });
  return { lineage, rows: lineageRows(lineage).map((row) => row.join(" | ").trim()), chart };
}

Deno.test("lineageOf() says of each table who wrote it, in this run or an earlier one", () => {
  const { rows } = seen("ingest", "clean", "train", "features");
  assert.deepEqual(rows, [
    "ingest | reads | raw_db.inbox | from outside",
    "ingest | reads | raw_db.ratings | as of batch 40, by ingest",
    "ingest | writes | raw_db.ratings |",
    "ingest | writes | ops_db.batches |",
    "ingest | writes | ops_db.batch_ranges |",
    "clean | reads | raw_db.ratings | of this run, by ingest",
    "clean | reads | ops_db.batch_ranges | of this run, by ingest",
    "clean | writes | data_lake_db.ratings |",
    "clean | writes | data_lake_db.rejects |",
    "train | reads | data_lake_db.ratings | of this run, by clean",
    "train | reads | processed_db.user_features | as of batch 40, by features",
    "train | reads | processed_db.movie_features | as of batch 40, by features",
    "train | writes | ops_db.model_versions |",
    "features | reads | data_lake_db.ratings | of this run, by clean",
    "features | writes | processed_db.user_features |",
    "features | writes | processed_db.movie_features |",
  ]);
});

Deno.test("lineageOf() leaves out what is skipped, and whom that would have fed reads what was before", () => {
  const { lineage } = seen("ingest", "clean, enabled: false", "features, when: day.month == 3");
  assert.deepEqual(lineage.map(({ stage }) => stage), ["ingest"]);
  const { rows } = seen("ingest", 'clean, when: "ingest.batch > 3"', "features");
  assert.ok(
    rows.includes(
      "features | reads | data_lake_db.ratings | of this run, by clean, if that runs; else as of batch 40",
    ),
    rows.join("\n"),
  );
});

/** The lines that a flowchart may have, of Mermaid's grammar. */
const GRAMMAR = [
  /^flowchart TD$/,
  /^ {2}s\d+\["[^"\n]*"\]$/,
  /^ {2}s\d+ --> s\d+$/,
  /^ {2}s\d+ -\.->\|"[^"\n]*"\| s\d+$/,
  /^ {2}classDef \w+ [\w-]+: [\w. ]+(, [\w-]+: [\w. ]+)*$/,
  /^ {2}class s\d+(,s\d+)* \w+$/,
];

Deno.test("mermaid() draws needs as arrows, and tables of an earlier run as dashed ones", () => {
  const { chart } = seen(
    "ingest",
    "clean",
    "train",
    "features, needs: [train, clean]",
    "monitor, enabled: false",
  );
  assert.equal(
    chart,
    `flowchart TD
  s0["ingest"]
  s1["clean"]
  s2["train"]
  s3["features"]
  s4["monitor (skip)"]
  s0 --> s1
  s1 --> s2
  s2 --> s3
  s1 --> s3
  s3 --> s4
  s3 -.->|"processed_db.user_features, batch 40<br/>processed_db.movie_features, batch 40"| s2
  classDef skip_stage stroke-dasharray: 4 4, opacity: 0.6
  class s4 skip_stage
`,
  );
  for (const line of chart.trimEnd().split("\n")) assert.ok(GRAMMAR.some((form) => form.test(line)), line);
});

Deno.test("mermaid() names nodes by their place: a stage may be called end, or as a word of the language", () => {
  const { chart } = seen("ingest, as: end", "clean, as: graph, when: end.batch > 3");
  assert.match(chart, /s0\["end"\]\n {2}s1\["graph \(if\)"\]\n {2}s0 --> s1\n/);
});
