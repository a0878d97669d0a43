/** The commands that look at versions. */
import assert from "@std/assert";
import { UsageError } from "../../../tasks/runner/errors.ts";
import { openDesk } from "./_desk.ts";

Deno.test("models list shows every version, newest first, and says what to do when there is none", async () => {
  await using desk = await openDesk();
  const none = await desk.models("list");
  assert.deepEqual([none.code, none.out], [0, "No version was trained yet. Next: deno task daily\n"]);
  const [first, second] = [await desk.champion(1), await desk.train(2)];
  const { out } = await desk.models("list");
  const rows = out.trimEnd().split("\n").slice(2).map((line) => line.split(/\s\s+/));
  assert.deepEqual(rows.map(([version, , , status]) => [version, status]), [
    [second, "candidate"],
    [first, "champion"],
  ]);
  assert.match(out, /0–0 +4,800/);
  const listed = JSON.parse((await desk.models("list", "--json")).out);
  assert.deepEqual(listed.map((row: { version: string }) => row.version), [second, first]);
  assert.equal(listed[1].rated_through !== null && listed[1].manifest_hash, "");
});

Deno.test("models show takes a role and a unique beginning, and tells what a version carries", async () => {
  await using desk = await openDesk();
  const version = await desk.champion(1);
  for (const name of ["champion", version, version.slice(0, 5), version.toUpperCase().slice(0, 4)]) {
    assert.match((await desk.models("show", name)).out, new RegExp(`^version +${version} `), name);
  }
  const { out } = await desk.models("show", "champion");
  for (
    const wanted of [
      /learned from +batches 0 to 0, 4,800 ratings in all, the newest of \d{4}-\d\d-\d\d/,
      /config .*"hidden":8/,
      /measured .*\brmse \d\.\d{4}.*\(run 1\)/,
      /champion .* by gate, gate: the first version/,
    ]
  ) assert.match(out, wanted);
  const shown = JSON.parse((await desk.models("show", "champion", "--json")).out);
  assert.equal(shown.version, version);
  assert.ok(shown.judged.figures.popularity["ndcg@10"] > 0);
});

Deno.test("models show --card writes a card beside the baselines and the champion before", async () => {
  await using desk = await openDesk();
  const before = await desk.champion(1);
  await desk.champion(2);
  const { out } = await desk.models("show", "champion", "--card");
  for (const title of ["Version", "Learned from", "Hyperparameters", "Measured", "Verdict", "Limits"]) {
    assert.match(out, new RegExp(`^## ${title}$`, "m"));
  }
  for (const row of ["this version", `${before} \\(met by the gate\\)`, "bias", "popularity"]) {
    assert.match(out, new RegExp(`^\\| ${row} \\|.* \\d\\.\\d{4} `, "m"), row);
  }
  assert.match(out, /^\| hidden \| 8 \|$/m);
  // The verdict with its interval, as the gate words it.
  assert.match(out, new RegExp(`^promoted, in the run of 2026-03-01: .*${before}`, "m"));
  assert.match(out, /^- RMSE .*\(\d+ people\)$/m);
});

Deno.test("models show of an unknown version names the nearest, and of none says so", async () => {
  await using desk = await openDesk();
  const refused = async (name: string, message: RegExp) =>
    await assert.rejects(desk.models("show", name), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  await refused("champion", /as there is no champion: none was trained yet\. Next: deno task daily$/);
  const version = await desk.train(1);
  const slip = version.slice(0, 15) + (version[15] === "0" ? "1" : "0");
  await refused(
    slip,
    new RegExp(
      `no such version \\(did you mean ${version}\\?\\): found ${version}\\. Next: deno task models list`,
    ),
  );
  await refused(version.slice(0, 3), /at least 4 digits are needed/);
  await refused("champoin", /did you mean champion\?/);
});

Deno.test("models refuses wrong flags and too many words", async () => {
  await using desk = await openDesk();
  for (
    const [args, message] of [
      [["list", "--jsn"], /Cannot run "models list" as it has no option "--jsn"\. Did you mean "--json"\?/],
      [["show"], /Cannot run "models show" as it takes 1 beside the options: found 0/],
      [
        ["promote", "a", "b"],
        /takes 1 beside the options: found 2\. Usage: deno task models promote VERSION/,
      ],
      [["rollback", "--reason"], /needs a value: --reason TEXT/],
    ] as const
  ) await assert.rejects(desk.models(...args), { name: "UsageError", message });
});

Deno.test("models gate recomputes a run's verdicts, and says where none was given", async () => {
  await using desk = await openDesk();
  await assert.rejects(desk.models("gate", "latest"), {
    name: "UsageError",
    message: /Cannot explain a verdict of run 1 of 2026-03-01 as its gate judged nothing/,
  });
  const version = await desk.champion(1);
  const { code, out } = await desk.models("gate", "1");
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^${version}  promoted → goes live: the first version`, "m"));
  assert.match(out, /^Recomputed from what is stored: the same to the last bit\.$/m);
  assert.equal(JSON.parse((await desk.models("gate", "2026-03-01", "--json")).out).run, 1);
  await assert.rejects(desk.models("gate", "7"), { name: "UsageError", message: /no such run/ });
});
