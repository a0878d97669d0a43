import assert from "@std/assert";
import { fieldsOf, keyOf, tagsOf } from "../../../../tasks/runner/mlflow/fields.ts";

Deno.test("keyOf() writes what MLflow takes", () => {
  assert.equal(keyOf("holdout", "all", "ndcg@10"), "holdout.all.ndcg_at_10");
  assert.equal(keyOf("monitor", "größe (%)"), "monitor.gr__e ___");
  assert.equal(keyOf("x".repeat(300)).length, 250);
});

Deno.test("fieldsOf() names what is nested by its path, and leaves out what is not there", () => {
  const at = new Date("2026-03-01T00:00:00Z");
  assert.deepEqual(fieldsOf({ a: 1, b: { c: [1, 2], d: null }, e: "text", f: undefined, at, g: false }), [
    { key: "a", value: "1" },
    { key: "b.c", value: "[1,2]" },
    { key: "e", value: "text" },
    { key: "at", value: "2026-03-01T00:00:00.000Z" },
    { key: "g", value: "false" },
  ]);
  assert.equal(fieldsOf({ long: "x".repeat(9_000) })[0].value.length, 6_000);
  assert.deepEqual(tagsOf({ day: "2026-03-01" }), [{ key: "matinee.day", value: "2026-03-01" }]);
});
